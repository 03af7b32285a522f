using CodeB.Protection.DataPath;

namespace CodeB.Protection.Tests.DataPath;

/// <summary>Short ways through the data path in memory.</summary>
internal static class Pipes
{
    public static KeyRing NewRing(params string[] ids) => KeyRing.Parse(ids.DefaultIfEmpty("k1").Select(KeyRing.NewLine));

    public static async Task<byte[]> EncryptAsync(byte[] plain, KeyRing ring, int chunkBytes = 1024, int writeBytes = 700)
    {
        using var target = new MemoryStream();
        await using var filter = new EncryptFilter(target, ring, chunkBytes);
        foreach (var part in plain.Chunk(writeBytes))
            await filter.WriteAsync(part);
        await filter.CompleteAsync();
        return target.ToArray();
    }

    public static async Task<byte[]> DecryptAsync(byte[] container, KeyRing ring)
    {
        await using var filter = new DecryptFilter(new MemoryStream(container), ring);
        using var plain = new MemoryStream();
        await filter.CopyToAsync(plain);
        return plain.ToArray();
    }

    public static async Task<(byte[] File, Stored Stored)> StoreAsync(byte[] content, KeyRing? ring, int level = 3)
    {
        using var target = new MemoryStream();
        var format = new StorageFormat { Keys = ring, CompressionLevel = level };
        var stored = await BackupPipe.WriteAsync(target, format, async (sink, token) => await sink.WriteAsync(content, token), null, default);
        return (target.ToArray(), stored);
    }

    public static async Task<byte[]> LoadAsync(byte[] file, Stored stored, KeyRing? ring)
    {
        using var content = new MemoryStream();
        await BackupPipe.ReadAsync(new MemoryStream(file), "file", stored, ring, (stream, token) => stream.CopyToAsync(content, token), null, default);
        return content.ToArray();
    }
}
