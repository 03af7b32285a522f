using System.Text.Json;
using CodeB.Domain.Backups;
using CodeB.Domain.Naming;
using CodeB.Protection.Components;
using CodeB.Runbooks;

namespace CodeB.Protection.Runbooks;

/// <summary>
/// check servers and space → begin the set → one step a component → seal → verify. Interrupted, it goes on with the components
/// that are not finished; failed or cancelled, it removes the set.
/// </summary>
public static class BackupRunbook
{
    public const string Name = "backup";

    private static readonly TimeSpan Long = TimeSpan.FromHours(6);

    /// <summary>Steps for the input's components, in the catalog's order.</summary>
    public static Runbook<BackupContext> Create(IReadOnlyCollection<string> components) => new(Name,
    [
        new Step<BackupContext> { Name = "check-servers", Do = CheckAsync, Inspect = InspectServersAsync },
        new Step<BackupContext> { Name = "begin-set", Do = BeginAsync, Undo = RemoveAsync, Inspect = InspectSetAsync },
        .. ComponentCatalog.Check(components).Select(BackUp),
        new Step<BackupContext> { Name = "seal-set", Do = SealAsync, Inspect = (c, _, _) => Task.FromResult($"would write SHA256SUMS and then the manifest of {c.Set}") },
        new Step<BackupContext> { Name = "verify-set", Do = VerifyAsync, Inspect = (_, _, _) => Task.FromResult("would compare manifest, sums and sizes") },
    ]);

    /// <summary>The finished set's manifest, from a succeeded operation's facts; null before.</summary>
    public static BackupManifest? ManifestOf(IDictionary<string, string> facts) =>
        facts.TryGetValue(ManifestFact, out var json) ? BackupManifest.FromJson(System.Text.Encoding.UTF8.GetBytes(json), "journal") : null;

    private const string ManifestFact = "manifest";

    private static Step<BackupContext> BackUp(string component) => new()
    {
        Name = $"back-up-{component}",
        Do = (context, run, token) => BackUpAsync(context, component, run, token),
        IsDone = (context, run, token) => IsStoredAsync(context, component, run, token),
        Inspect = async (context, _, token) => (await context.Component(component).StatusAsync(token)).Summary,
        Timeout = Long,
    };

    private static async Task CheckAsync(BackupContext context, StepRun run, CancellationToken cancellationToken) =>
        run.Report(await InspectServersAsync(context, run, cancellationToken));

    private static async Task<string> InspectServersAsync(BackupContext context, StepRun run, CancellationToken cancellationToken)
    {
        var needed = 0L;
        foreach (var component in context.Components)
            needed += (await component.StatusAsync(cancellationToken)).Bytes;
        var free = await context.Sets.CheckSpaceAsync(needed, cancellationToken);
        return $"{context.Components.Count} components with at most {needed} bytes; {context.Sets.Host} has {free} free";
    }

    private static async Task BeginAsync(BackupContext context, StepRun run, CancellationToken cancellationToken)
    {
        var removed = await context.Sets.RemoveStaleAsync(ProjectName.Parse(context.Input.Project), Running(context), cancellationToken);
        await context.Sets.BeginAsync(context.Set, run.OperationId, cancellationToken);
        run.Facts["set"] = context.Set.Value;
        run.Facts.TryAdd("started_at", context.Clock.GetUtcNow().ToString("O"));
        run.Report(removed.Count == 0 ? $"set {context.Set}" : $"set {context.Set}; removed {removed.Count} leftovers of crashed runs");
    }

    private static Task RemoveAsync(BackupContext context, StepRun run, CancellationToken cancellationToken) =>
        // Only what this operation began: a set of another operation with the same second stays.
        run.Facts.ContainsKey("set") || run.Facts.ContainsKey("started_at")
            ? context.Sets.DeleteAsync(context.Set, cancellationToken)
            : context.Sets.DeleteBegunAsync(context.Set, run.OperationId, cancellationToken);

    private static async Task<string> InspectSetAsync(BackupContext context, StepRun run, CancellationToken cancellationToken)
    {
        var stale = await context.Sets.FindStaleAsync(ProjectName.Parse(context.Input.Project), Running(context), cancellationToken);
        return $"would make {context.Sets.Host}:{context.Sets.FolderOf(context.Set)} and remove {stale.Count} leftovers of crashed runs";
    }

    private static async Task BackUpAsync(BackupContext context, string name, StepRun run, CancellationToken cancellationToken)
    {
        var sources = await context.Component(name).OpenAsync(cancellationToken);
        var total = sources.Sum(s => s.EstimatedBytes);
        var artifacts = new List<BackupArtifact>();
        foreach (var source in sources)
        {
            var before = artifacts.Sum(a => a.OriginalBytes);
            artifacts.Add(await context.Sets.WriteAsync(
                context.Set, name, source, context.Format, context.Clock, bytes => run.Report(before + bytes, total), cancellationToken));
        }

        run.Facts[Fact(name)] = JsonSerializer.Serialize(artifacts);
        run.Report($"{artifacts.Sum(a => a.OriginalBytes)} bytes stored as {artifacts.Sum(a => a.StoredBytes)}");
    }

    private static async Task<bool> IsStoredAsync(BackupContext context, string name, StepRun run, CancellationToken cancellationToken)
    {
        if (!run.Facts.ContainsKey(Fact(name)))
            return false;
        var files = await context.Sets.FilesAsync(context.Set, cancellationToken);
        return Artifacts(run, name).All(a => files.GetValueOrDefault(a.File, -1) == a.StoredBytes);
    }

    private static async Task SealAsync(BackupContext context, StepRun run, CancellationToken cancellationToken)
    {
        var artifacts = ComponentCatalog.Check(context.Input.Components).SelectMany(name => Artifacts(run, name)).ToList();
        var manifest = new BackupManifest
        {
            SetId = context.Set.Value,
            Project = context.Input.Project,
            Environment = context.Input.Environment,
            OperationId = run.OperationId,
            StartedAt = DateTimeOffset.Parse(run.Facts["started_at"], System.Globalization.CultureInfo.InvariantCulture),
            FinishedAt = context.Clock.GetUtcNow(),
            Artifacts = artifacts,
            Notes = context.Input.Note.Length == 0 ? Notes(artifacts) : [context.Input.Note, .. Notes(artifacts)],
        };
        await context.Sets.SealAsync(manifest, cancellationToken);
        run.Facts[ManifestFact] = System.Text.Encoding.UTF8.GetString(manifest.ToJson());
        run.Report($"{context.Set}: {artifacts.Count} files, {manifest.StoredBytes} bytes");
    }

    private static async Task VerifyAsync(BackupContext context, StepRun run, CancellationToken cancellationToken)
    {
        var result = await context.Verifier.QuickAsync(context.Set, cancellationToken);
        result.ThrowIfDamaged();
        run.Report($"{result.Artifacts.Count} files are as the manifest says");
    }

    /// <summary>Nothing is paused: each component is consistent with an instant of its own, and these lines say how far apart they are.</summary>
    private static List<string> Notes(List<BackupArtifact> artifacts)
    {
        var starts = artifacts.GroupBy(a => a.Component).Select(g => (Component: g.Key, At: g.Min(a => a.At))).OrderBy(c => c.At).ToList();
        if (starts.Count == 0)
            return [];
        return
        [
            $"read in the order {string.Join(", ", starts.Select(s => s.Component))}; no writer was paused",
            $"each component is consistent in itself; they are {(starts[^1].At - starts[0].At).TotalSeconds:0.0} s apart",
        ];
    }

    private static List<SetId> Running(BackupContext context) => [context.Set, .. context.Input.RunningSets.Select(s => SetId.Parse(s))];

    private static List<BackupArtifact> Artifacts(StepRun run, string component) =>
        JsonSerializer.Deserialize<List<BackupArtifact>>(run.Facts[Fact(component)]) ?? [];

    private static string Fact(string component) => $"artifacts.{component}";
}
