using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>Takes messages with their five-byte prefix out of a body; reads no further than it is asked to.</summary>
internal sealed class MessageReader(PipeReader body, string? encoding, int? maxMessageSize) : DeserializationContext
{
    private ReadOnlySequence<byte> _payload;

    public override int PayloadLength => (int)_payload.Length;

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <summary>The only message of the body, read to the body's end; null when there is none.</summary>
    internal async ValueTask<T?> ReadSingleAsync<T>(Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
        where T : class
    {
        T? message = null;
        while (true)
        {
            var result = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (message is null)
                message = TryRead(ref buffer, deserializer);
            if (message is not null && !buffer.IsEmpty)
                throw new RpcException(new Status(StatusCode.Internal, "Additional data after the message received."));
            body.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return buffer.IsEmpty ? message : throw Incomplete();
        }
    }

    /// <summary>The next message of a stream; null at the end of the body.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<T?> ReadNextAsync<T>(Func<DeserializationContext, T> deserializer, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var result = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (TryRead(ref buffer, deserializer) is { } message)
            {
                body.AdvanceTo(buffer.Start);
                return message;
            }

            body.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return buffer.IsEmpty ? null : throw Incomplete();
        }
    }

    private T? TryRead<T>(ref ReadOnlySequence<byte> buffer, Func<DeserializationContext, T> deserializer)
        where T : class
    {
        if (buffer.Length < MessageWriter.PrefixSize)
            return null;
        Span<byte> prefix = stackalloc byte[MessageWriter.PrefixSize];
        buffer.Slice(0, MessageWriter.PrefixSize).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > (maxMessageSize ?? int.MaxValue))
            throw TooLarge();
        if (buffer.Length < MessageWriter.PrefixSize + length)
            return null;
        var payload = buffer.Slice(MessageWriter.PrefixSize, length);
        _payload = prefix[0] switch
        {
            0 => payload,
            1 => Decompress(payload),
            _ => throw new RpcException(new Status(StatusCode.Internal, "Unexpected compressed flag value in message header.")),
        };
        var message = deserializer(this);
        _payload = default;
        buffer = buffer.Slice(payload.End);
        return message;
    }

    private ReadOnlySequence<byte> Decompress(ReadOnlySequence<byte> payload)
    {
        switch (encoding)
        {
            case Wire.Gzip:
                break;
            case null or Wire.Identity:
                throw new RpcException(new Status(StatusCode.Internal, "A compressed message came without a grpc-encoding that compresses."));
            default:
                throw new UnsupportedEncodingException(encoding);
        }

        // The limit holds for the unpacked bytes too: a small message must not unpack into all of the memory.
        var unpacked = new ArrayBufferWriter<byte>();
        using var gzip = new GZipStream(new MemoryStream(payload.ToArray(), writable: false), CompressionMode.Decompress);
        while (gzip.Read(unpacked.GetSpan(4096)) is var read and > 0)
        {
            unpacked.Advance(read);
            if (unpacked.WrittenCount > maxMessageSize)
                throw TooLarge();
        }

        return new ReadOnlySequence<byte>(unpacked.WrittenMemory);
    }

    private static RpcException TooLarge() =>
        new(new Status(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));

    private static RpcException Incomplete() => new(new Status(StatusCode.Internal, "Incomplete message."));
}

/// <summary>The peer compressed in a way that was not offered; the answer must say what is offered.</summary>
internal sealed class UnsupportedEncodingException(string encoding) : RpcException(new Status(
    StatusCode.Unimplemented, $"Unsupported grpc-encoding value '{encoding}'. Supported encodings: identity, gzip"));
