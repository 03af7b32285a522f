using System.Globalization;
using System.Text.Json;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Secrets;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Protection.Files;

namespace CodeB.Protection.Config;

/// <summary>
/// The configuration that a project lists: compose files, Caddy's, /etc/containers, monitoring. One tar archive with modes,
/// owners and links. A restore makes each listed path exactly what the set holds, also by taking away what came since.
/// </summary>
public sealed partial class ConfigComponent(IHostSession server, ConfigSettings settings, Redaction? secrets = null) : IPreviewable
{
    public const string ComponentName = "config";
    public const string Artifact = "config.tar";

    /// <summary>The paths that the archive holds, as a JSON array.</summary>
    private const string PathsAttribute = "paths";

    /// <summary>The optional paths that were missing, as a JSON array.</summary>
    private const string MissingAttribute = "missing";

    /// <summary>A tar header, its extension's and the padding.</summary>
    private const long BytesAnEntry = 2560;

    public string Name => ComponentName;

    private string Host => server.Server.Name;

    public async Task<ComponentStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var (present, missing, bytes, entries) = await MeasureAsync(cancellationToken);
        var without = missing.Count == 0 ? "" : $"; optional and missing: {string.Join(", ", missing)}";
        return new ComponentStatus($"{Host}: {entries} files and folders in {string.Join(", ", present)}{without}", bytes);
    }

    public async Task<IReadOnlyList<BackupSource>> OpenAsync(CancellationToken cancellationToken)
    {
        var (present, missing, bytes, entries) = await MeasureAsync(cancellationToken);
        return
        [
            new BackupSource(
                Artifact,
                (target, token) => server.ReadAsync(ConfigCommands.Archive(present), (tar, t) => tar.CopyToAsync(target, t), token))
            {
                EstimatedBytes = bytes,
                Attributes = new Dictionary<string, string>
                {
                    [PathsAttribute] = JsonSerializer.Serialize(present),
                    [MissingAttribute] = JsonSerializer.Serialize(missing),
                    ["entries"] = entries.ToString(CultureInfo.InvariantCulture),
                    ["server"] = Host,
                },
            },
        ];
    }

    public async Task VerifyAsync(BackupArtifact artifact, Stream content, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var item in TarContents.ReadAsync(content, artifact.File, cancellationToken: cancellationToken))
            found.Add(item.Entry.Path);
        var missing = PathsOf(artifact).FirstOrDefault(p => !found.Contains(p));
        if (missing is not null)
            throw new DomainException(ErrorCode.DataLoss, $"{artifact.File}: does not hold {missing}, which the manifest lists");
    }

    /// <summary>What there is of the listed paths; a missing one that is not optional is refused.</summary>
    private async Task<(List<string> Present, List<string> Missing, long Bytes, long Entries)> MeasureAsync(CancellationToken cancellationToken)
    {
        if (settings.Paths.Count == 0)
            throw DomainException.Precondition("the project lists no configuration paths; list some (we project set PROJECT --config-path /etc/containers)");
        var lines = (await server.RunAsync(ConfigCommands.Measure(settings.Paths), cancellationToken: cancellationToken)).Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (present, missing, bytes, entries) = (new List<string>(), new List<string>(), 0L, 0L);
        foreach (var (path, line) in settings.Paths.Zip(lines))
        {
            if (line == "missing")
            {
                missing.Add(path);
                continue;
            }

            var figures = line.Split(' ');
            present.Add(path);
            bytes += long.Parse(figures[0], CultureInfo.InvariantCulture);
            entries += long.Parse(figures[1], CultureInfo.InvariantCulture);
        }

        var needed = missing.Except(settings.Optional).ToList();
        if (needed.Count > 0)
        {
            throw DomainException.Precondition(
                $"{Host}: {string.Join(", ", needed)} {(needed.Count == 1 ? "is" : "are")} missing; make {(needed.Count == 1 ? "it" : "them")}, "
                + $"take {(needed.Count == 1 ? "it" : "them")} off the project's configuration paths or mark {(needed.Count == 1 ? "it" : "them")} as optional (--config-path '?{needed[0]}')");
        }

        return present.Count > 0
            ? (present, missing, bytes + (entries * BytesAnEntry), entries)
            : throw DomainException.Precondition($"{Host}: none of the project's configuration paths is there: {string.Join(", ", missing)}");
    }

    /// <summary>The paths in the set, checked again: the manifest is a file that others may have written.</summary>
    private static List<string> PathsOf(BackupArtifact artifact)
    {
        try
        {
            return [.. (JsonSerializer.Deserialize<List<string>>(artifact.Attributes[PathsAttribute]) ?? []).Select(p => ServerPath.Parse(p, PathsAttribute))];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or DomainException)
        {
            throw new DomainException(ErrorCode.DataLoss, $"{artifact.File}: the manifest does not say which paths it holds: {error.Message}", inner: error);
        }
    }
}
