using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller writes one message, either whole or piece by piece.</summary>
public abstract class SerializationContext
{
    /// <summary>Ends the message with all of its bytes at once.</summary>
    public virtual void Complete(byte[] payload) => throw new NotSupportedException("This context takes no whole payload.");

    /// <summary>The writer for the message's bytes; <see cref="Complete()"/> ends the message.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotSupportedException("This context has no buffer writer.");

    /// <summary>Announces the message's length in bytes, which saves a copy.</summary>
    public virtual void SetPayloadLength(int payloadLength)
    {
    }

    public virtual void Complete() => throw new NotSupportedException("This context has no buffer writer.");
}

/// <summary>Where a marshaller reads one message; valid only during the call of the deserializer.</summary>
public abstract class DeserializationContext
{
    /// <summary>In bytes.</summary>
    public abstract int PayloadLength { get; }

    public virtual byte[] PayloadAsNewBuffer() => throw new NotSupportedException("This context cannot copy its payload.");

    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() =>
        throw new NotSupportedException("This context cannot expose its payload.");
}
