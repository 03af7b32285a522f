using System.Security.Cryptography;

namespace CodeB.Protection.DataPath;

/// <summary>
/// Reads the encrypted container. Not a byte is handed on before its chunk has proven genuine and in its place; a file cut
/// short, reordered, altered or with bytes after its end is DataLoss that names the chunk.
/// </summary>
public sealed class DecryptFilter(Stream source, KeyRing ring, string name = "encrypted container") : ReadFilter(source)
{
    private AesGcm? _cipher;
    private byte[] _block = [];
    private byte[] _ahead = [];
    private byte[] _plain = [];
    private int _blockBytes;
    private int _aheadBytes;
    private int _plainStart;
    private int _plainEnd;
    private ulong _chunk;
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        if (_cipher is null)
            await StartAsync(cancellationToken).ConfigureAwait(false);
        while (_plainStart == _plainEnd)
        {
            if (_ended)
                return 0;
            await NextChunkAsync(cancellationToken).ConfigureAwait(false);
        }

        var part = Math.Min(buffer.Length, _plainEnd - _plainStart);
        _plain.AsMemory(_plainStart, part).CopyTo(buffer);
        _plainStart += part;
        return part;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cipher?.Dispose();
            CryptographicOperations.ZeroMemory(_plain);
        }

        base.Dispose(disposing);
    }

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        var header = new byte[Container.HeaderBytes];
        var read = await Source.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var (fileKey, chunkBytes) = Container.ReadHeader(header.AsSpan(0, read), ring, name);
        _cipher = new AesGcm(fileKey, Container.TagBytes);
        CryptographicOperations.ZeroMemory(fileKey);
        _plain = new byte[chunkBytes];
        _block = new byte[chunkBytes + Container.TagBytes];
        _ahead = new byte[chunkBytes + Container.TagBytes];
        _aheadBytes = await FillAsync(_ahead, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask NextChunkAsync(CancellationToken cancellationToken)
    {
        // A chunk is the last one when nothing follows it, which only reading ahead can tell.
        (_block, _ahead, _blockBytes) = (_ahead, _block, _aheadBytes);
        _aheadBytes = _blockBytes == _block.Length ? await FillAsync(_ahead, cancellationToken).ConfigureAwait(false) : 0;
        Open(last: _aheadBytes == 0);
    }

    private ValueTask<int> FillAsync(byte[] block, CancellationToken cancellationToken) =>
        Source.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken);

    private void Open(bool last)
    {
        var size = _blockBytes - Container.TagBytes;
        if (size < 0)
            throw Container.Broken(name, $"is cut short at chunk {_chunk}");
        if (!TryOpen(size, last))
        {
            throw Container.Broken(
                name,
                last && TryOpen(size, last: false)
                    ? $"is cut short after chunk {_chunk}"
                    : $"chunk {_chunk} (at byte {Container.HeaderBytes + ((long)_chunk * _block.Length)}) is altered, cut short or not in its place");
        }

        if (last && size == 0 && _chunk > 0)
            throw Container.Broken(name, "an empty last chunk follows others, which no writer makes");
        (_plainStart, _plainEnd, _ended) = (0, size, last);
        _chunk++;
    }

    private bool TryOpen(int size, bool last)
    {
        Span<byte> nonce = stackalloc byte[Container.NonceBytes];
        Container.Nonce(nonce, _chunk, last);
        try
        {
            _cipher!.Decrypt(nonce, _block.AsSpan(0, size), _block.AsSpan(size, Container.TagBytes), _plain.AsSpan(0, size));
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
