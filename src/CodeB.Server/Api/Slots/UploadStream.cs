using CodeB.Domain.Errors;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Server.Api.Slots;

/// <summary>The bytes of an upload's messages as one stream; the next message is taken only when the last one has been read.</summary>
internal sealed class UploadStream(IAsyncStreamReader<UploadImageRequest> messages) : Stream
{
    private ReadOnlyMemory<byte> _rest;

    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The first message, which says where the image goes.</summary>
    public async Task<UploadImageRequest> StartAsync(CancellationToken cancellationToken)
    {
        if (!await messages.MoveNext(cancellationToken))
            throw DomainException.Invalid("project", "is missing: the upload has no message; the first one names project and environment");
        _rest = messages.Current.Data.Memory;
        return messages.Current;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            if (!await messages.MoveNext(cancellationToken))
                return 0;
            _rest = messages.Current.Data.Memory;
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        BytesRead += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
