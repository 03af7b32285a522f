using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aspire.Hosting;

/// <summary>What of a project's own settings makes endpoints. The embedded stack reads neither, so either is excluded or absent.</summary>
public class ProjectResourceOptions
{
    /// <summary>Leave out Properties/launchSettings.json.</summary>
    public bool ExcludeLaunchProfile { get; set; }

    /// <summary>Leave out Kestrel:Endpoints of appsettings.json.</summary>
    public bool ExcludeKestrelEndpoints { get; set; }

    internal void RefuseWhatIsNotRead(string projectPath)
    {
        var folder = Path.GetDirectoryName(projectPath)!;
        if (!ExcludeLaunchProfile && File.Exists(Path.Combine(folder, "Properties", "launchSettings.json")))
        {
            throw new DistributedApplicationException(
                $"'{projectPath}' has launch settings; the embedded stack does not read them. "
                + $"Describe the endpoints in the AppHost, with {nameof(ExcludeLaunchProfile)}.");
        }

        if (!ExcludeKestrelEndpoints && HasKestrelEndpoints(Path.Combine(folder, "appsettings.json")))
        {
            throw new DistributedApplicationException(
                $"'{projectPath}' has endpoints in Kestrel's configuration; the embedded stack does not read them. "
                + $"Describe the endpoints in the AppHost, with {nameof(ExcludeKestrelEndpoints)}.");
        }
    }

    private static bool HasKestrelEndpoints(string settings) =>
        File.Exists(settings)
        && JsonNode.Parse(
            File.ReadAllText(settings), null, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })
            ?["Kestrel"]?["Endpoints"] is not null;
}
