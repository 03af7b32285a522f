namespace CodeB.Protection.DataPath;

/// <summary>
/// One link of the way to a backup: takes bytes, does one thing, hands them on. Knows nothing of its neighbours. The end of
/// the data is said with <see cref="CompleteAsync"/>; disposing without it leaves an unfinished, recognisably broken tail, so
/// that a run that failed in the middle can never pass for a whole one.
/// </summary>
public abstract class WriteFilter(Stream next) : Stream
{
    protected Stream Next { get; } = next;

    public sealed override bool CanRead => false;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => true;

    public sealed override long Length => throw new NotSupportedException("A filter has no length.");

    public sealed override long Position
    {
        get => throw new NotSupportedException("A filter has no position.");
        set => throw new NotSupportedException("A filter has no position.");
    }

    public abstract override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Says that all data has been written: the filter writes what it still holds, then tells the next one.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        await FinishAsync(cancellationToken).ConfigureAwait(false);
        if (Next is WriteFilter filter)
            await filter.CompleteAsync(cancellationToken).ConfigureAwait(false);
        else
            await Next.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what this filter still holds and leaves the next one open, for a filter in front of somebody else's stream.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken = default) => FinishAsync(cancellationToken);

    public sealed override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public sealed override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public sealed override void Flush()
    {
    }

    public sealed override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A filter is written asynchronously.");

    public sealed override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A write filter.");

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A filter does not seek.");

    public sealed override void SetLength(long value) => throw new NotSupportedException("A filter has no length.");

    /// <summary>Writes the tail this filter still holds.</summary>
    protected virtual ValueTask FinishAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
