using System.Formats.Tar;
using System.Text.Json;
using CodeB.Domain.Errors;

namespace CodeB.Delivery.Containers;

/// <summary>An image archive, as <c>podman save</c> and <c>docker save</c> write it, on its way into an engine.</summary>
public static class ImageArchive
{
    /// <summary>The request's field to which a bad archive belongs.</summary>
    public const string Field = "data";

    private const int LargestIndex = 4 << 20;

    /// <summary>
    /// Copies the archive and checks it as it passes, in bounded memory. The end is held back until all of it has been seen, so
    /// that an engine that is ended when this throws has never had a whole archive.
    /// </summary>
    /// <exception cref="DomainException">InvalidArgument: it is no image archive, is cut off, or holds several images.</exception>
    public static async Task CopyAsync(Stream archive, Stream engine, CancellationToken cancellationToken)
    {
        await using var passing = new PassingStream(archive, engine);
        try
        {
            await CheckAsync(passing, cancellationToken);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException or JsonException)
        {
            var what = passing.IsAtEnd ? "is cut off" : $"is not a tar of an image ({error.Message.ReplaceLineEndings(" ")})";
            throw new DomainException(
                ErrorCode.InvalidArgument, $"{Field}: the archive {what} after {passing.Passed} bytes; make it anew with 'podman save' or 'docker save'", Field, error);
        }

        await passing.FinishAsync(cancellationToken);
    }

    private static async Task CheckAsync(PassingStream passing, CancellationToken cancellationToken)
    {
        var names = default(IReadOnlyList<string>);
        await using (var tar = new TarReader(passing, leaveOpen: true))
        {
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                // docker writes both: what it loads by, and the OCI layout's index of the same image.
                if (Name(entry) is "manifest.json" or "index.json" && entry.DataStream is { } content)
                    names = await ImagesAsync(Name(entry), content, cancellationToken);
                if (names is { Count: > 1 })
                {
                    throw DomainException.Invalid(
                        Field, $"the archive holds {names.Count} images ({string.Join(", ", names.Take(5))}); save the one that is to be deployed");
                }
            }
        }

        await passing.ReadToEndAsync(cancellationToken);
        if (!passing.EndsInZeros)
            throw new EndOfStreamException("the end mark is missing");
        if (names is not { Count: 1 })
            throw DomainException.Invalid(Field, "the archive is a tar, but not of an image: it has no manifest.json and no index.json; make it with 'podman save' or 'docker save'");
    }

    private static string Name(TarEntry entry) => entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;

    /// <summary>A name for each image that the index lists; the number of a nameless one.</summary>
    private static async Task<IReadOnlyList<string>> ImagesAsync(string file, Stream content, CancellationToken cancellationToken)
    {
        if (content.Length > LargestIndex)
            throw DomainException.Invalid(Field, $"{file} in the archive has {content.Length} bytes; that is no image's");
        using var document = await JsonDocument.ParseAsync(content, cancellationToken: cancellationToken);
        var list = file == "manifest.json" ? document.RootElement : document.RootElement.GetProperty("manifests");
        return [.. list.EnumerateArray().Select((image, i) => file == "manifest.json" ? Tag(image) ?? $"image {i + 1}" : $"image {i + 1}")];
    }

    private static string? Tag(JsonElement image) =>
        image.TryGetProperty("RepoTags", out var tags) && tags.ValueKind == JsonValueKind.Array && tags.GetArrayLength() > 0 ? tags[0].GetString() : null;
}
