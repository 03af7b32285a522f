namespace CodeB.Protection.DataPath;

/// <summary>How artifacts are stored.</summary>
public sealed record StorageFormat
{
    /// <summary>zstd's level, 1 to 19. Default 3; higher is smaller and slower.</summary>
    public int CompressionLevel { get; init; } = CompressFilter.DefaultLevel;

    /// <summary>The keys that encrypt; null stores in the clear, and then whoever reads the backup server reads the data.</summary>
    public KeyRing? Keys { get; init; }

    /// <summary>What the stored file's name adds to the artifact's: <c>.zst</c>, encrypted <c>.zst.enc</c>.</summary>
    public string Extension => Keys is null ? ".zst" : ".zst.enc";
}

/// <summary>What one pass through the data path found out.</summary>
/// <param name="OriginalBytes">The source's length.</param>
/// <param name="StoredBytes">The stored file's length.</param>
/// <param name="StoredSha256">The stored file's hash, as <c>sha256sum</c> prints it.</param>
/// <param name="ContentSha256">The source's hash.</param>
public sealed record Stored(long OriginalBytes, long StoredBytes, string StoredSha256, string ContentSha256);

/// <summary>The filters in their order: count → hash → zstd → encryption → SHA-256 → target, and the way back.</summary>
public static class BackupPipe
{
    /// <summary>Sends what <paramref name="produce"/> writes through the filters into <paramref name="target"/>, in one pass.</summary>
    public static async Task<Stored> WriteAsync(
        Stream target,
        StorageFormat format,
        Func<Stream, CancellationToken, Task> produce,
        Action<long>? progress,
        CancellationToken cancellationToken)
    {
        await using var stored = new HashFilter(target);
        await using var encrypted = format.Keys is null ? null : new EncryptFilter(stored, format.Keys);
        await using var compressed = new CompressFilter((Stream?)encrypted ?? stored, format.CompressionLevel);
        await using var content = new HashFilter(compressed);
        await using var counted = new CountFilter(content, progress);
        await produce(counted, cancellationToken).ConfigureAwait(false);
        await counted.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return new Stored(counted.Bytes, stored.Bytes, stored.Sha256, content.Sha256);
    }

    /// <summary>
    /// Gives <paramref name="consume"/> the original bytes of a stored file. Returns only after every stored byte was read and
    /// found to be what <paramref name="expected"/> says, also when the consumer stopped early.
    /// </summary>
    /// <param name="source">The stored bytes.</param>
    /// <param name="name">How errors call the file: host and path.</param>
    /// <param name="expected">What the manifest says of it.</param>
    /// <param name="keys">Null when the file is not encrypted.</param>
    /// <param name="consume">Reads the original bytes.</param>
    /// <param name="progress">Told the stored bytes read so far.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task ReadAsync(
        Stream source,
        string name,
        Stored expected,
        KeyRing? keys,
        Func<Stream, CancellationToken, Task> consume,
        Action<long>? progress,
        CancellationToken cancellationToken)
    {
        await using var stored = new HashCheck(source, name, expected.StoredBytes, expected.StoredSha256, progress);
        await using var decrypted = keys is null ? null : new DecryptFilter(stored, keys, name);
        await using var decompressed = new DecompressFilter((Stream?)decrypted ?? stored, name);
        await using var content = new HashCheck(decompressed, $"{name} (decompressed)", expected.OriginalBytes, expected.ContentSha256);
        await consume(content, cancellationToken).ConfigureAwait(false);
        await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        await stored.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
    }
}
