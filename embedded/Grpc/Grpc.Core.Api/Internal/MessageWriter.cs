using System.Buffers;
using System.Buffers.Binary;

namespace Grpc.Core;

/// <summary>
/// Writes messages with their five-byte prefix (a compression flag, always 0, and the length). A marshaller that announces
/// the length writes straight into the destination; otherwise the message is gathered first.
/// </summary>
internal sealed class MessageWriter(int? maxMessageSize) : SerializationContext
{
    internal const int PrefixSize = 5;

    private IBufferWriter<byte>? _destination;
    private ArrayBufferWriter<byte>? _gathered;
    private int? _payloadLength;
    private bool _started;

    internal void Write<T>(IBufferWriter<byte> destination, T message, Action<T, SerializationContext> serializer)
    {
        _destination = destination;
        _payloadLength = null;
        _started = false;
        _gathered?.ResetWrittenCount();
        serializer(message, this);
        if (_destination is not null)
            throw new InvalidOperationException("The serializer returned without completing the message.");
    }

    public override void SetPayloadLength(int payloadLength)
    {
        if (_started)
            throw new InvalidOperationException("The length must be set before the first byte.");
        _payloadLength = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        var destination = Destination;
        if (_payloadLength is not { } length)
        {
            _started = true;
            return _gathered ??= new ArrayBufferWriter<byte>();
        }

        if (!_started)
        {
            WritePrefix(destination, length);
            _started = true;
        }

        return destination;
    }

    public override void Complete()
    {
        if (!_started)
            throw new InvalidOperationException("The message has no bytes yet: get the buffer writer first.");
        if (_payloadLength is null)
            WriteWhole(Destination, _gathered!.WrittenSpan);
        _destination = null;
    }

    public override void Complete(byte[] payload)
    {
        if (_started)
            throw new InvalidOperationException("The message was begun through the buffer writer.");
        WriteWhole(Destination, payload);
        _destination = null;
    }

    private IBufferWriter<byte> Destination => _destination ?? throw new InvalidOperationException("The message is complete.");

    private void WriteWhole(IBufferWriter<byte> destination, ReadOnlySpan<byte> payload)
    {
        WritePrefix(destination, payload.Length);
        destination.Write(payload);
    }

    private void WritePrefix(IBufferWriter<byte> destination, int length)
    {
        if (length > maxMessageSize)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size."));
        var prefix = destination.GetSpan(PrefixSize);
        prefix[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)length);
        destination.Advance(PrefixSize);
    }
}
