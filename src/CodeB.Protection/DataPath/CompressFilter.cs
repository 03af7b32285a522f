using System.Buffers;

namespace CodeB.Protection.DataPath;

/// <summary>Compresses into one zstd frame with a content checksum, which <c>zstd -d</c> reads.</summary>
public sealed class CompressFilter : WriteFilter
{
    public const int DefaultLevel = 3;

    /// <summary>More workers than two buy little: the disk and the network are slower than that.</summary>
    private const int MaxWorkers = 2;

    private readonly byte[] _output = ArrayPool<byte>.Shared.Rent(256 * 1024);
    private nint _context;

    /// <param name="next">Where the compressed bytes go.</param>
    /// <param name="level">1 (fast) to 19 (small); 3 keeps up with a fast disk.</param>
    public CompressFilter(Stream next, int level = DefaultLevel)
        : base(next)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 19);
        _context = Libzstd.CreateCompressor();
        Libzstd.Check(Libzstd.SetParameter(_context, Libzstd.CompressionLevel, level), "level");
        Libzstd.Check(Libzstd.SetParameter(_context, Libzstd.ChecksumFlag, 1), "checksum");
        // A library built without threads refuses this one, and then compresses in the caller's thread.
        _ = Libzstd.SetParameter(_context, Libzstd.Workers, Math.Min(MaxWorkers, Environment.ProcessorCount));
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        PumpAsync(buffer, Libzstd.Continue, cancellationToken);

    protected override ValueTask FinishAsync(CancellationToken cancellationToken) =>
        PumpAsync(ReadOnlyMemory<byte>.Empty, Libzstd.End, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (_context != 0)
        {
            _ = Libzstd.FreeCompressor(_context);
            _context = 0;
            ArrayPool<byte>.Shared.Return(_output);
        }

        base.Dispose(disposing);
    }

    private async ValueTask PumpAsync(ReadOnlyMemory<byte> input, int directive, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        while (true)
        {
            var (read, written, remaining) = Compress(input.Span, directive);
            input = input[read..];
            if (written > 0)
                await Next.WriteAsync(_output.AsMemory(0, written), cancellationToken).ConfigureAwait(false);
            if (input.IsEmpty && (directive == Libzstd.Continue || remaining == 0))
                return;
        }
    }

    private unsafe (int Read, int Written, nuint Remaining) Compress(ReadOnlySpan<byte> input, int directive)
    {
        fixed (byte* inputStart = input)
        fixed (byte* outputStart = _output)
        {
            var from = new Libzstd.InBuffer { Data = inputStart, Size = (nuint)input.Length };
            var to = new Libzstd.OutBuffer { Data = outputStart, Size = (nuint)_output.Length };
            var remaining = Libzstd.Compress(_context, &to, &from, directive);
            Libzstd.Check(remaining, "compression");
            return ((int)from.Position, (int)to.Position, remaining);
        }
    }
}
