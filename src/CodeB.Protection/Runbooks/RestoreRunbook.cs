using CodeB.Domain.Errors;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Runbooks;

namespace CodeB.Protection.Runbooks;

/// <summary>
/// check and verify the set → check the target → stage every component beside the live data → switch each → check → drop the
/// old. Until the last step everything can be taken back; interrupted, it goes on where it was.
/// </summary>
public static class RestoreRunbook
{
    public const string Name = "restore";

    private const string CommittedFact = "committed";

    private static readonly TimeSpan Long = TimeSpan.FromHours(6);
    private static readonly TimeSpan Medium = TimeSpan.FromMinutes(15);

    /// <summary>Steps for the input's components, in the catalog's order.</summary>
    public static Runbook<RestoreContext> Create(IReadOnlyCollection<string> components)
    {
        var names = ComponentCatalog.Check(components);
        return new Runbook<RestoreContext>(Name,
        [
            new Step<RestoreContext> { Name = "check-set", Do = async (c, r, t) => r.Report(await CheckSetAsync(c, r, t)), Inspect = CheckSetAsync },
            new Step<RestoreContext> { Name = "verify-set", Do = VerifyAsync, Inspect = InspectVerifyAsync, Timeout = Long },
            new Step<RestoreContext> { Name = "check-target", Do = async (c, r, t) => r.Report(await CheckTargetAsync(c, r, t)), Inspect = CheckTargetAsync },
            .. names.Select(Stage),
            .. names.Select(Switch),
            new Step<RestoreContext>
            {
                Name = "check-restored", Do = CheckRestoredAsync, Timeout = Medium,
                Inspect = (_, _, _) => Task.FromResult("would compare the live data with the set"),
            },
            new Step<RestoreContext>
            {
                Name = "drop-old", Do = DropOldAsync, Undo = RefuseAsync, Timeout = Medium,
                Inspect = (_, _, _) => Task.FromResult("would remove the data from before the restore"),
            },
        ]);
    }

    private static Step<RestoreContext> Stage(string name) => new()
    {
        Name = $"stage-{name}",
        Do = async (context, run, token) => await context.Component(name).StageAsync(await RunAsync(context, run, token), token),
        Undo = async (context, run, token) =>
        {
            if (!IsCommitted(run))
                await context.Component(name).UnstageAsync(await RunAsync(context, run, token), token);
        },
        Inspect = async (context, _, token) =>
        {
            var manifest = await context.Sets.ReadManifestAsync(context.Set, token);
            return $"would bring {manifest.Artifacts.Where(a => a.Component == name).Sum(a => a.OriginalBytes)} bytes beside the live data";
        },
        Timeout = Long,
    };

    private static Step<RestoreContext> Switch(string name) => new()
    {
        Name = $"switch-{name}",
        Do = async (context, run, token) => await context.Component(name).SwitchAsync(await RunAsync(context, run, token), token),
        Undo = async (context, run, token) =>
        {
            if (!IsCommitted(run))
                await context.Component(name).SwitchBackAsync(await RunAsync(context, run, token), token);
        },
        Inspect = (_, _, _) => Task.FromResult("would make the restored data live and keep the old"),
        Timeout = Medium,
    };

    private static async Task<string> CheckSetAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken)
    {
        var manifest = await context.Sets.ReadManifestAsync(context.Set, cancellationToken);
        if (manifest.Project != context.Input.Project || manifest.Environment != context.Input.Environment)
        {
            throw DomainException.Precondition(
                $"{context.Set} holds {manifest.Project}/{manifest.Environment}, not {context.Input.Project}/{context.Input.Environment}");
        }

        var missing = context.Components.Select(c => c.Name).Except(manifest.Components).ToList();
        if (missing.Count > 0)
            throw DomainException.Precondition($"{context.Set} does not hold {string.Join(", ", missing)}; it holds {string.Join(", ", manifest.Components)}");
        return $"{context.Set} of {manifest.StartedAt:u}: {string.Join(", ", manifest.Components)}, {manifest.StoredBytes} bytes stored";
    }

    private static async Task VerifyAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken)
    {
        var result = await context.Verifier.FullAsync(
            context.Set, [.. context.Components.Select(c => c.Name)], (done, total) => run.Report(done, total), cancellationToken);
        result.ThrowIfDamaged();
        run.Report($"{result.Artifacts.Count} files read again and whole");
    }

    private static async Task<string> InspectVerifyAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken)
    {
        var result = await context.Verifier.QuickAsync(context.Set, cancellationToken);
        result.ThrowIfDamaged();
        return $"{result.Artifacts.Count} files have the sizes that the manifest states; would read every byte of them";
    }

    private static async Task<string> CheckTargetAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken)
    {
        var manifest = await context.Sets.ReadManifestAsync(context.Set, cancellationToken);
        var lines = new List<string>();
        foreach (var component in context.Components)
            lines.Add(await component.CheckTargetAsync(manifest, cancellationToken));
        return string.Join("; ", lines);
    }

    private static async Task CheckRestoredAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken)
    {
        var restore = await RunAsync(context, run, cancellationToken);
        var lines = new List<string>();
        foreach (var component in context.Components)
            lines.Add($"{component.Name}: {await component.CheckAsync(restore, cancellationToken)}");
        run.Report(string.Join("; ", lines));
    }

    private static async Task DropOldAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken)
    {
        // From here on there is no way back: half of the old data may be gone when this process dies.
        run.Facts[CommittedFact] = "true";
        await run.SaveAsync(cancellationToken);
        var restore = await RunAsync(context, run, cancellationToken);
        var kept = new List<string>();
        foreach (var component in context.Components)
        {
            try
            {
                await component.DropOldAsync(restore, cancellationToken);
            }
            catch (HostException error)
            {
                // The restored data is live and checked: leftovers cost room, an error here would cost the restore.
                kept.Add($"{component.Name}: the old data is still there ({error.Message})");
            }
        }

        if (kept.Count > 0)
            run.Facts["kept"] = string.Join("; ", kept);
        run.Report(kept.Count == 0 ? "the data from before the restore is removed" : string.Join("; ", kept));
    }

    private static Task RefuseAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken) =>
        IsCommitted(run)
            ? throw DomainException.Precondition("the restored data is live and the old data was already being removed; restore another set instead")
            : Task.CompletedTask;

    private static async Task<RestoreRun> RunAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken) =>
        new(run, await context.Sets.ReadManifestAsync(context.Set, cancellationToken), context.Sets, context.Keys);

    private static bool IsCommitted(StepRun run) => run.Facts.ContainsKey(CommittedFact);
}
