using System.Buffers.Binary;

namespace CodeB.Protection.Redis;

/// <summary>The CRC-64 of RDB files (Jones' polynomial, reflected; Redis' crc64.c), eight bytes at a time.</summary>
internal static class Crc64
{
    private const ulong Polynomial = 0x95AC9329AC4BC9B5;

    private static readonly ulong[][] Tables = MakeTables();

    public static ulong Append(ulong crc, ReadOnlySpan<byte> data)
    {
        while (data.Length >= 8)
        {
            crc ^= BinaryPrimitives.ReadUInt64LittleEndian(data);
            crc = Tables[7][(byte)crc] ^ Tables[6][(byte)(crc >> 8)] ^ Tables[5][(byte)(crc >> 16)] ^ Tables[4][(byte)(crc >> 24)]
                ^ Tables[3][(byte)(crc >> 32)] ^ Tables[2][(byte)(crc >> 40)] ^ Tables[1][(byte)(crc >> 48)] ^ Tables[0][(byte)(crc >> 56)];
            data = data[8..];
        }

        foreach (var b in data)
            crc = Tables[0][(byte)(crc ^ b)] ^ (crc >> 8);
        return crc;
    }

    private static ulong[][] MakeTables()
    {
        var tables = new ulong[8][];
        for (var t = 0; t < 8; t++)
            tables[t] = new ulong[256];
        for (var n = 0; n < 256; n++)
        {
            var crc = (ulong)n;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 1 ? (crc >> 1) ^ Polynomial : crc >> 1;
            tables[0][n] = crc;
        }

        for (var n = 0; n < 256; n++)
        {
            for (var t = 1; t < 8; t++)
                tables[t][n] = (tables[t - 1][n] >> 8) ^ tables[0][(byte)tables[t - 1][n]];
        }

        return tables;
    }
}
