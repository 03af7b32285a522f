using System.Buffers.Binary;
using CodeB.Domain.Errors;
using CodeB.Protection.DataPath;

namespace CodeB.Protection.Redis;

/// <summary>
/// Passes an RDB on and proves it whole by its own magic and CRC-64. A diskless <c>redis-cli --rdb -</c> leaves the 40 random
/// bytes of the replication's end mark behind the RDB; they are found by the checksum and cut off.
/// </summary>
public sealed class RdbFilter(Stream next, string name = "RDB") : WriteFilter(next)
{
    private const int EndBytes = 9;
    private const int MarkBytes = 40;
    private const int HeldBytes = EndBytes + MarkBytes;
    private const byte EndOfFile = 0xff;

    private readonly byte[] _held = new byte[HeldBytes];
    private int _heldBytes;
    private ulong _crc;
    private long _passed;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The last 49 bytes stay here, until it is known that they are the last.
        var over = _heldBytes + buffer.Length - HeldBytes;
        if (over > 0)
        {
            var fromHeld = Math.Min(over, _heldBytes);
            await PassAsync(_held.AsMemory(0, fromHeld), cancellationToken).ConfigureAwait(false);
            _held.AsSpan(fromHeld, _heldBytes - fromHeld).CopyTo(_held);
            _heldBytes -= fromHeld;
            if (over > fromHeld)
            {
                await PassAsync(buffer[..(over - fromHeld)], cancellationToken).ConfigureAwait(false);
                buffer = buffer[(over - fromHeld)..];
            }
        }

        buffer.CopyTo(_held.AsMemory(_heldBytes));
        _heldBytes += buffer.Length;
    }

    protected override async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        var end = IsEnd(_heldBytes - EndBytes) ? _heldBytes
            : IsEnd(_heldBytes - HeldBytes) ? EndBytes
            : throw new DomainException(ErrorCode.DataLoss, $"{name}: is not a whole RDB file (no end with a right CRC-64 after {_passed + _heldBytes} bytes)");
        await PassAsync(_held.AsMemory(0, end), cancellationToken).ConfigureAwait(false);
    }

    private bool IsEnd(int at)
    {
        if (at < 0 || _held[at] != EndOfFile)
            return false;
        var stated = BinaryPrimitives.ReadUInt64LittleEndian(_held.AsSpan(at + 1));
        // 0 is what a server with "rdbchecksum no" writes.
        return stated == 0 || stated == Crc64.Append(_crc, _held.AsSpan(0, at + 1));
    }

    private async ValueTask PassAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_passed == 0 && !bytes.Span.StartsWith("REDIS"u8[..Math.Min(5, bytes.Length)]))
            throw new DomainException(ErrorCode.DataLoss, $"{name}: is not an RDB file (wrong magic)");
        _crc = Crc64.Append(_crc, bytes.Span);
        _passed += bytes.Length;
        await Next.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }
}
