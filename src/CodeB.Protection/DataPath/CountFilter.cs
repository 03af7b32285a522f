namespace CodeB.Protection.DataPath;

/// <summary>Counts the bytes that pass and says so after every buffer.</summary>
public sealed class CountFilter(Stream next, Action<long>? progress = null) : WriteFilter(next)
{
    public long Bytes { get; private set; }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Next.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        Bytes += buffer.Length;
        progress?.Invoke(Bytes);
    }
}
