using System.Text.Json;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Domain.Secrets;
using CodeB.Protection.Components;
using CodeB.Protection.Files;
using CodeB.Protection.Sets;

namespace CodeB.Protection.Config;

public sealed partial class ConfigComponent
{
    /// <summary>The paths that this restore brings back, noted before the first of them is staged: the way back must not need the set.</summary>
    private const string PathsFact = "config.paths";

    /// <summary>Set before the first rename, so that there is something to take back.</summary>
    private const string SwitchingFact = "config.switching";

    /// <summary>Larger texts are shown as differing, without the lines.</summary>
    private const int LargestText = 256 * 1024;

    public async Task<string> CheckTargetAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        var artifact = manifest.Artifacts.FirstOrDefault(a => a.Name == Artifact)
            ?? throw new DomainException(ErrorCode.DataLoss, $"{manifest.SetId}: has no artifact {Artifact}");
        var paths = PathsOf(artifact);
        var mounted = (await server.RunAsync(ConfigCommands.MountPoints(paths), cancellationToken: cancellationToken)).Output.Trim();
        if (mounted.Length > 0)
            throw DomainException.Precondition($"{Host}: {mounted.ReplaceLineEndings(", ")}: a mount point cannot be replaced; list what is in it instead");
        foreach (var path in paths)
        {
            var parent = path[..path.LastIndexOf('/')] is { Length: > 0 } folder ? folder : "/";
            var free = await Space.FreeAsync(server, parent, cancellationToken);
            if (free < artifact.OriginalBytes)
                throw Space.TooLittle(Host, parent, artifact.OriginalBytes, free);
        }

        return $"{Host}: {string.Join(", ", paths)} would become exactly what the set holds";
    }

    public async Task StageAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        run.Facts[PathsFact] = JsonSerializer.Serialize(PathsOf(run.Artifact(Artifact)));
        await run.SaveAsync(cancellationToken);
        await UnstageAsync(run, cancellationToken);
        var swaps = Swaps(run);
        await run.ReadAsync(
            Artifact,
            (tar, token) => server.WriteAsync(ConfigCommands.Extract(swaps), (input, t) => tar.CopyToAsync(input, t), token),
            cancellationToken);
        await EqualsSetAsync(run.Set, s => s.New, swaps, cancellationToken);
    }

    public async Task UnstageAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        foreach (var swap in Swaps(run))
            await server.RunAsync(swap.RemoveNew(), cancellationToken: cancellationToken);
    }

    public async Task SwitchAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        run.Facts[SwitchingFact] = "true";
        await run.SaveAsync(cancellationToken);
        foreach (var swap in Swaps(run))
            await server.RunAsync(swap.Switch(), cancellationToken: cancellationToken);
    }

    public async Task SwitchBackAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        if (!run.Facts.ContainsKey(SwitchingFact))
            return;
        foreach (var swap in Swaps(run).AsEnumerable().Reverse())
            await server.RunAsync(swap.SwitchBack(), cancellationToken: cancellationToken);
    }

    public Task<string> CheckAsync(RestoreRun run, CancellationToken cancellationToken) =>
        EqualsSetAsync(run.Set, s => s.Live, Swaps(run), cancellationToken);

    public async Task DropOldAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        foreach (var swap in Swaps(run))
            await server.RunAsync(swap.RemoveOld(), cancellationToken: cancellationToken);
    }

    public async Task<IReadOnlyList<Difference>> PreviewAsync(SetContent set, CancellationToken cancellationToken)
    {
        var paths = PathsOf(set.Artifact(Artifact));
        var live = await TreeListing.ReadAsync(server, paths, cancellationToken);
        var differences = await CompareAsync(set, live, withText: true, cancellationToken);
        return [.. differences.OrderBy(d => d.Path, StringComparer.Ordinal)];
    }

    /// <summary>Throws unless the paths, wherever they stand, hold exactly what the set holds.</summary>
    private async Task<string> EqualsSetAsync(
        SetContent set, Func<PathSwap, string> place, List<PathSwap> swaps, CancellationToken cancellationToken)
    {
        var found = await TreeListing.ReadAsync(server, [.. swaps.Select(place)], cancellationToken);
        var asLive = found.Values.Select(e => e with { Path = AsLive(e.Path, place, swaps) }).ToDictionary(e => e.Path, StringComparer.Ordinal);
        var differences = await CompareAsync(set, asLive, withText: false, cancellationToken);
        return differences.Count == 0
            ? $"{asLive.Count} files and folders as in the set"
            : throw new DomainException(
                ErrorCode.DataLoss, $"{Host}: {differences.Count} paths are not what the set holds, first {differences[0].Path}: {differences[0].What}");
    }

    private async Task<List<Difference>> CompareAsync(
        SetContent set, IReadOnlyDictionary<string, TreeEntry> live, bool withText, CancellationToken cancellationToken)
    {
        var artifact = set.Artifact(Artifact);
        var differences = new List<Difference>();
        var held = new HashSet<string>(StringComparer.Ordinal);
        await set.ReadAsync(
            artifact,
            async (tar, token) =>
            {
                await foreach (var item in TarContents.ReadAsync(tar, artifact.File, withText ? LargestText : 0, token))
                {
                    held.Add(item.Entry.Path);
                    if (!live.TryGetValue(item.Entry.Path, out var there))
                        differences.Add(new Difference(item.Entry.Path, $"{item.Entry.Kind} would be made", await DiffAsync(null, item, token)));
                    else if (there.ChangeTo(item.Entry) is { Length: > 0 } change)
                        differences.Add(new Difference(item.Entry.Path, change, await DiffAsync(there, item, token)));
                }
            },
            null,
            cancellationToken);
        differences.AddRange(live.Values.Where(e => !held.Contains(e.Path)).Select(e => new Difference(e.Path, $"{e.Kind} would be taken away")));
        return differences;
    }

    private async Task<string> DiffAsync(TreeEntry? there, TarItem item, CancellationToken cancellationToken)
    {
        if (item.Content is not { } after || there is { Type: not 'f' } || there?.Bytes > LargestText || there?.Sha256 == item.Entry.Sha256)
            return "";
        var before = there is null ? [] : await server.ReadFileAsync(there.Path, cancellationToken) ?? [];
        return Text.Of(before) is { } old && Text.Of(after) is { } fresh
            ? (secrets ?? Redaction.None).Apply(UnifiedDiff.Of(item.Entry.Path, old, fresh))
            : "";
    }

    private static string AsLive(string path, Func<PathSwap, string> place, List<PathSwap> swaps)
    {
        var swap = swaps.First(s => path == place(s) || Domain.Naming.ServerPath.IsBelow(path, place(s)));
        return swap.Live + path[place(swap).Length..];
    }

    private static List<PathSwap> Swaps(RestoreRun run) => run.Facts.TryGetValue(PathsFact, out var paths)
        ? [.. JsonSerializer.Deserialize<List<string>>(paths)!.Select(p => new PathSwap(p, run.Id))]
        : [];
}
