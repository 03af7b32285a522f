using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CodeB.Domain.Errors;

namespace CodeB.Protection.DataPath;

/// <summary>
/// The layout of the encrypted container, version 1, as docs/formats/encrypted-container.md describes it: a header with the
/// file's own random key wrapped by a key of the ring, then chunks of a fixed size under AES-256-GCM with the chunk's number
/// and a last-chunk flag as nonce (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, as age uses it).
/// </summary>
internal static class Container
{
    public const int HeaderBytes = 108;
    public const int TagBytes = 16;
    public const int NonceBytes = 12;
    public const int DefaultChunkBytes = 256 * 1024;
    public const int MinChunkBytes = 1024;
    public const int MaxChunkBytes = 1024 * 1024;

    private const int KeyIdAt = 16;
    private const int WrapNonceAt = 48;
    private const int WrappedKeyAt = 60;
    private const int AuthenticatedBytes = 60;

    private static ReadOnlySpan<byte> Magic => "CODEBENC"u8;

    public static byte[] WriteHeader(KeyRing ring, int chunkBytes, ReadOnlySpan<byte> fileKey)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), (uint)chunkBytes);
        Encoding.ASCII.GetBytes(ring.CurrentId, header.AsSpan(KeyIdAt));
        RandomNumberGenerator.Fill(header.AsSpan(WrapNonceAt, NonceBytes));
        using var wrap = new AesGcm(ring.Current, TagBytes);
        wrap.Encrypt(
            header.AsSpan(WrapNonceAt, NonceBytes),
            fileKey,
            header.AsSpan(WrappedKeyAt, KeyRing.KeyBytes),
            header.AsSpan(WrappedKeyAt + KeyRing.KeyBytes, TagBytes),
            header.AsSpan(0, AuthenticatedBytes));
        return header;
    }

    public static (byte[] FileKey, int ChunkBytes) ReadHeader(ReadOnlySpan<byte> header, KeyRing ring, string name)
    {
        if (header.Length < HeaderBytes)
            throw Broken(name, "is cut short inside its header");
        if (!header.StartsWith(Magic))
            throw Broken(name, "is not an encrypted container (wrong magic)");
        var version = BinaryPrimitives.ReadUInt16BigEndian(header[8..]);
        if (version != 1)
            throw Broken(name, $"is a container of version {version}; this CodeB reads version 1");
        var chunkBytes = BinaryPrimitives.ReadUInt32BigEndian(header[12..]);
        if (chunkBytes is < MinChunkBytes or > MaxChunkBytes)
            throw Broken(name, "its header states an impossible chunk size");
        var id = Encoding.ASCII.GetString(header.Slice(KeyIdAt, KeyRing.MaxIdLength).TrimEnd((byte)0));
        var fileKey = new byte[KeyRing.KeyBytes];
        try
        {
            using var wrap = new AesGcm(ring.Find(Printable(id), name), TagBytes);
            wrap.Decrypt(
                header.Slice(WrapNonceAt, NonceBytes),
                header.Slice(WrappedKeyAt, KeyRing.KeyBytes),
                header.Slice(WrappedKeyAt + KeyRing.KeyBytes, TagBytes),
                fileKey,
                header[..AuthenticatedBytes]);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Broken(name, $"its header was altered, or key '{Printable(id)}' is not the one it was encrypted with");
        }

        return (fileKey, (int)chunkBytes);
    }

    /// <summary>11 bytes of the chunk's number, big-endian, and one byte: 1 on the last chunk, else 0.</summary>
    public static void Nonce(Span<byte> nonce, ulong chunk, bool last)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[3..], chunk);
        nonce[11] = last ? (byte)1 : (byte)0;
    }

    public static DomainException Broken(string name, string what) => new(ErrorCode.DataLoss, $"{name}: {what}");

    private static string Printable(string text) => string.Concat(text.Select(c => c is > ' ' and < '\x7f' ? c : '?'));
}
