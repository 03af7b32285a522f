using CodeB.Domain.Errors;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Runbooks;

namespace CodeB.Protection.Runbooks;

/// <summary>
/// check and verify the set → check the target → stage every component beside the live data → switch each, its writers held →
/// check → drop the old. Until the last step everything can be taken back; interrupted, it goes on where it was.
/// </summary>
public static class RestoreRunbook
{
    public const string Name = "restore";

    private static readonly TimeSpan Medium = TimeSpan.FromMinutes(15);

    /// <summary>Steps for the input's components, in the catalog's order.</summary>
    public static Runbook<RestoreContext> Create(IReadOnlyCollection<string> components)
    {
        var names = ComponentCatalog.Check(components);
        return new Runbook<RestoreContext>(Name,
        [
            RestorePhases.CheckSet,
            RestorePhases.VerifySet,
            RestorePhases.CheckTarget,
            .. names.Select(RestorePhases.Stage),
            .. names.Select(RestorePhases.Switch),
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

    private static async Task CheckRestoredAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken)
    {
        var restore = await RestorePhases.WithSetAsync(context, run, cancellationToken);
        var lines = new List<string>();
        foreach (var component in context.Components)
            lines.Add($"{component.Name}: {await component.CheckAsync(restore, cancellationToken)}");
        run.Report(string.Join("; ", lines));
    }

    private static async Task DropOldAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken)
    {
        // From here on there is no way back: half of the old data may be gone when this process dies.
        run.Facts[RestorePhases.CommittedFact] = "true";
        await run.SaveAsync(cancellationToken);
        var restore = RestorePhases.WithoutSet(context, run);
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
        RestorePhases.IsCommitted(run)
            ? throw DomainException.Precondition("the restored data is live and the old data was already being removed; restore another set instead")
            : Task.CompletedTask;
}
