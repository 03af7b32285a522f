using System.Buffers;
using CodeB.Domain.Errors;

namespace CodeB.Protection.DataPath;

/// <summary>Decompresses exactly one zstd frame; a frame cut short or bytes after it are DataLoss.</summary>
public sealed class DecompressFilter : ReadFilter
{
    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(256 * 1024);
    private readonly string _name;
    private nint _context = Libzstd.CreateDecompressor();
    private int _start;
    private int _end;
    private bool _frameEnded;

    public DecompressFilter(Stream source, string name = "zstd stream")
        : base(source) => _name = name;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        while (!buffer.IsEmpty)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await Source.ReadAsync(_input, cancellationToken).ConfigureAwait(false));
                if (_end == 0)
                    return _frameEnded ? 0 : DrainAtEnd(buffer.Span);
            }

            if (_frameEnded)
                throw new DomainException(ErrorCode.DataLoss, $"{_name}: bytes follow the end of the zstd frame");
            var written = Decompress(buffer.Span);
            if (written > 0)
                return written;
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (_context != 0)
        {
            _ = Libzstd.FreeDecompressor(_context);
            _context = 0;
            ArrayPool<byte>.Shared.Return(_input);
        }

        base.Dispose(disposing);
    }

    /// <summary>Output that the library still holds although all input is in; without any, the frame was cut short.</summary>
    private int DrainAtEnd(Span<byte> output)
    {
        var written = Decompress(output);
        if (written == 0 && !_frameEnded)
            throw new DomainException(ErrorCode.DataLoss, $"{_name}: the zstd frame is cut short");
        return written;
    }

    private unsafe int Decompress(Span<byte> output)
    {
        fixed (byte* inputStart = _input)
        fixed (byte* outputStart = output)
        {
            var from = new Libzstd.InBuffer { Data = inputStart + _start, Size = (nuint)(_end - _start) };
            var to = new Libzstd.OutBuffer { Data = outputStart, Size = (nuint)output.Length };
            var more = Libzstd.Decompress(_context, &to, &from);
            Libzstd.Check(more, $"{_name}");
            _start += (int)from.Position;
            _frameEnded = more == 0;
            return (int)to.Position;
        }
    }
}
