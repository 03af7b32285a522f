namespace CodeB.Protection.DataPath;

/// <summary>
/// One link of the way back: reads from the stream before it, undoes one thing, gives the rest on. What is wrong with the
/// data is thrown as DataLoss at the latest at the end of the stream, never swallowed.
/// </summary>
public abstract class ReadFilter(Stream source) : Stream
{
    protected Stream Source { get; } = source;

    public sealed override bool CanRead => true;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => false;

    public sealed override long Length => throw new NotSupportedException("A filter has no length.");

    public sealed override long Position
    {
        get => throw new NotSupportedException("A filter has no position.");
        set => throw new NotSupportedException("A filter has no position.");
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public sealed override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A filter is read asynchronously.");

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A read filter.");

    public sealed override void Flush() => throw new NotSupportedException("A read filter.");

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A filter does not seek.");

    public sealed override void SetLength(long value) => throw new NotSupportedException("A filter has no length.");
}
