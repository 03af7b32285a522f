using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using CodeB.Cli.Core;

namespace CodeB.Cli.Delivery;

/// <summary>An image archive on this machine: a file, or standard input. CodeB checks all of it; here is seen what can be seen at once.</summary>
internal sealed class ImageFile
{
    private const string Form = "give the tar that `podman save` or `docker save` writes, as it is or compressed with zstd or gzip; - for standard input";

    private ImageFile(string name, long? length) => (Name, Length) = (name, length);

    private enum Packing
    {
        None,
        Gzip,
        Zstd,
    }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>Bytes; null where only the end will tell.</summary>
    public long? Length { get; }

    public bool IsInput => Length is null;

    /// <exception cref="CommandException">There is no such file, or it is no archive.</exception>
    public static ImageFile Find(string path)
    {
        if (path == "-")
            return new ImageFile("standard input", null);
        try
        {
            using var file = File.OpenRead(path);
            _ = PackingOf(file, path);
            return new ImageFile(path, file.Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Usage($"{path} cannot be read: {error.Message}", Form, "image_file");
        }
    }

    public Stream Open(Invocation we) => IsInput ? we.Terminal.InputBytes() : File.OpenRead(Name);

    /// <summary>Looks through the whole file, for a dry run: the image's name in it, or null where only CodeB can look (zstd).</summary>
    /// <exception cref="CommandException">It is damaged or holds several images.</exception>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(Name);
            var packing = PackingOf(file, Name);
            if (packing == Packing.Zstd)
                return null;
            await using var plain = packing == Packing.Gzip ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            await using var tar = new TarReader(plain);
            List<string>? images = null;
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (entry.Name is "manifest.json" or "./manifest.json" && entry.DataStream is { } manifest)
                    images = await NamesAsync(manifest, cancellationToken);
            }

            return images switch
            {
                { Count: > 1 } => throw CommandException.Usage($"{Name} holds {images.Count} images", "save the one that is to be deployed", "image_file"),
                [var image] => image,
                _ => null,
            };
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException or JsonException)
        {
            throw CommandException.Usage($"{Name} is cut off or damaged: {error.Message}", Form, "image_file");
        }
    }

    private static async Task<List<string>> NamesAsync(Stream manifest, CancellationToken cancellationToken)
    {
        using var document = await JsonDocument.ParseAsync(manifest, cancellationToken: cancellationToken);
        return
        [
            .. document.RootElement.EnumerateArray().Select(image =>
                image.TryGetProperty("RepoTags", out var tags) && tags.ValueKind == JsonValueKind.Array && tags.GetArrayLength() > 0 ? tags[0].GetString() ?? "" : ""),
        ];
    }

    private static Packing PackingOf(FileStream file, string path)
    {
        var head = new byte[512];
        var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return head.AsSpan(0, length) switch
        {
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Packing.Zstd,
            [0x1F, 0x8B, ..] => Packing.Gzip,
            { Length: 512 } tar when tar[257..262].SequenceEqual("ustar"u8) => Packing.None,
            _ => throw CommandException.Usage($"{path} is no image archive", Form, "image_file"),
        };
    }
}
