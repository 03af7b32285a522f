namespace CodeB.Delivery.Containers;

/// <summary>Hands on what is read from it, but always keeps back the last part, until <see cref="FinishAsync"/>.</summary>
internal sealed class PassingStream(Stream source, Stream next) : Stream
{
    /// <summary>More than the two empty blocks with which a tar ends.</summary>
    private const int KeptBack = 64 * 1024;

    private const int TarBlock = 512;

    private readonly byte[] _kept = new byte[4 * KeptBack];
    private int _keptLength;

    /// <summary>Bytes read so far.</summary>
    public long Passed { get; private set; }

    public bool IsAtEnd { get; private set; }

    /// <summary>The last block that was read is empty, as a tar's last is.</summary>
    public bool EndsInZeros => _keptLength >= TarBlock && !_kept.AsSpan(_keptLength - TarBlock, TarBlock).ContainsAnyExcept((byte)0);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > KeptBack)
            buffer = buffer[..KeptBack];
        var read = await source.ReadAsync(buffer, cancellationToken);
        IsAtEnd = read == 0 && buffer.Length > 0;
        Passed += read;
        if (_keptLength + read > _kept.Length)
            await ShiftAsync(cancellationToken);
        buffer[..read].CopyTo(_kept.AsMemory(_keptLength));
        _keptLength += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public async Task ReadToEndAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[KeptBack];
        while (await ReadAsync(buffer, cancellationToken) > 0)
        {
        }
    }

    /// <summary>Hands on the rest.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await next.WriteAsync(_kept.AsMemory(0, _keptLength), cancellationToken);
        _keptLength = 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task ShiftAsync(CancellationToken cancellationToken)
    {
        await next.WriteAsync(_kept.AsMemory(0, _keptLength - KeptBack), cancellationToken);
        _kept.AsSpan(_keptLength - KeptBack, KeptBack).CopyTo(_kept);
        _keptLength = KeptBack;
    }
}
