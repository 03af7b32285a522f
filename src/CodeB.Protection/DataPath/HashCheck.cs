using System.Security.Cryptography;
using CodeB.Domain.Errors;

namespace CodeB.Protection.DataPath;

/// <summary>Passes bytes on and, at their end, throws DataLoss unless length and SHA-256 are the expected ones.</summary>
/// <param name="source">The stored bytes.</param>
/// <param name="name">How the error calls them: host and path.</param>
/// <param name="expectedBytes">The length the manifest states.</param>
/// <param name="expectedSha256">The hash the manifest states.</param>
/// <param name="progress">Told the bytes read so far.</param>
public sealed class HashCheck(Stream source, string name, long expectedBytes, string expectedSha256, Action<long>? progress = null)
    : ReadFilter(source)
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _bytes;
    private bool _checked;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await Source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read > 0)
        {
            _hash.AppendData(buffer.Span[..read]);
            _bytes += read;
            progress?.Invoke(_bytes);
        }
        else if (buffer.Length > 0 && !_checked)
        {
            _checked = true;
            Check();
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }

    private void Check()
    {
        if (_bytes != expectedBytes)
            throw new DomainException(ErrorCode.DataLoss, $"{name}: has {_bytes} bytes, the manifest says {expectedBytes}");
        var actual = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (!string.Equals(actual, expectedSha256, StringComparison.OrdinalIgnoreCase))
            throw new DomainException(ErrorCode.DataLoss, $"{name}: SHA-256 is {actual}, the manifest says {expectedSha256}");
    }
}
