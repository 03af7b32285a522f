using System.Buffers;
using System.Security.Cryptography;

namespace CodeB.Protection.DataPath;

/// <summary>Writes the encrypted container: header first, then one chunk at a time as soon as it is known not to be the last.</summary>
public sealed class EncryptFilter : WriteFilter
{
    private readonly byte[] _header;
    private readonly AesGcm _cipher;
    private readonly int _chunkBytes;
    private readonly byte[] _plain;
    private readonly byte[] _sealed;
    private int _filled;
    private ulong _chunk;
    private bool _headerWritten;
    private bool _disposed;

    /// <param name="next">Where the container goes.</param>
    /// <param name="ring">Its current key wraps the file's own.</param>
    /// <param name="chunkBytes">1 KiB to 1 MiB of plain text a chunk.</param>
    public EncryptFilter(Stream next, KeyRing ring, int chunkBytes = Container.DefaultChunkBytes)
        : base(next)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkBytes, Container.MinChunkBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunkBytes, Container.MaxChunkBytes);
        var fileKey = RandomNumberGenerator.GetBytes(KeyRing.KeyBytes);
        _header = Container.WriteHeader(ring, chunkBytes, fileKey);
        _cipher = new AesGcm(fileKey, Container.TagBytes);
        CryptographicOperations.ZeroMemory(fileKey);
        _chunkBytes = chunkBytes;
        _plain = ArrayPool<byte>.Shared.Rent(chunkBytes);
        _sealed = ArrayPool<byte>.Shared.Rent(chunkBytes + Container.TagBytes);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (!buffer.IsEmpty)
        {
            if (_filled == _chunkBytes)
                await WriteChunkAsync(last: false, cancellationToken).ConfigureAwait(false);
            var part = Math.Min(_chunkBytes - _filled, buffer.Length);
            buffer[..part].CopyTo(_plain.AsMemory(_filled));
            _filled += part;
            buffer = buffer[part..];
        }
    }

    protected override ValueTask FinishAsync(CancellationToken cancellationToken) => WriteChunkAsync(last: true, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _cipher.Dispose();
            ArrayPool<byte>.Shared.Return(_plain, clearArray: true);
            ArrayPool<byte>.Shared.Return(_sealed);
        }

        base.Dispose(disposing);
    }

    private async ValueTask WriteChunkAsync(bool last, CancellationToken cancellationToken)
    {
        if (!_headerWritten)
        {
            _headerWritten = true;
            await Next.WriteAsync(_header, cancellationToken).ConfigureAwait(false);
        }

        var size = Seal(last);
        await Next.WriteAsync(_sealed.AsMemory(0, size), cancellationToken).ConfigureAwait(false);
        _filled = 0;
        _chunk++;
    }

    private int Seal(bool last)
    {
        Span<byte> nonce = stackalloc byte[Container.NonceBytes];
        Container.Nonce(nonce, _chunk, last);
        _cipher.Encrypt(nonce, _plain.AsSpan(0, _filled), _sealed.AsSpan(0, _filled), _sealed.AsSpan(_filled, Container.TagBytes));
        return _filled + Container.TagBytes;
    }
}
