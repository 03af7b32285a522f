namespace CodeB.Delivery.Containers;

/// <summary>What an engine says that it has loaded from an archive.</summary>
public static class LoadedImages
{
    /// <summary>
    /// Reads <c>load -q</c>'s output: a line <c>Loaded image: REF</c> for each image (docker: <c>Loaded image ID: sha256:…</c> for
    /// one without a name; podman 3: <c>Loaded image(s): REF,REF</c>).
    /// </summary>
    public static IReadOnlyList<string> Parse(string output) =>
    [
        .. output.Split('\n', StringSplitOptions.TrimEntries)
            .Where(line => line.StartsWith("Loaded image", StringComparison.Ordinal) && line.Contains(": ", StringComparison.Ordinal))
            .SelectMany(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
    ];
}
