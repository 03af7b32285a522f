using System.Globalization;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Runbooks;

namespace CodeB.Protection.Runbooks;

/// <summary>
/// The steps of which a restore is made, for runbooks that put more between them. Until the old data is dropped every one can be
/// taken back.
/// </summary>
public static class RestorePhases
{
    /// <summary>The fact with the longest time for which a component's writers were held, in milliseconds.</summary>
    public const string WritersHeldFact = "writers-held-ms";

    /// <summary>From here on the old data is being removed and there is no way back.</summary>
    public const string CommittedFact = "committed";

    private static readonly TimeSpan Long = TimeSpan.FromHours(6);
    private static readonly TimeSpan Medium = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    public static Step<RestoreContext> CheckSet => new() { Name = "check-set", Do = async (c, r, t) => r.Report(await CheckSetAsync(c, t)), Inspect = (c, _, t) => CheckSetAsync(c, t) };

    public static Step<RestoreContext> VerifySet => new() { Name = "verify-set", Do = VerifyAsync, Inspect = InspectVerifyAsync, Timeout = Long };

    public static Step<RestoreContext> CheckTarget => new() { Name = "check-target", Do = async (c, r, t) => r.Report(await CheckTargetAsync(c, t)), Inspect = (c, _, t) => CheckTargetAsync(c, t) };

    /// <summary>Brings a component's data beside the live data; nothing live is touched.</summary>
    public static Step<RestoreContext> Stage(string name) => new()
    {
        Name = $"stage-{name}",
        Do = async (context, run, token) => await context.Component(name).StageAsync(await WithSetAsync(context, run, token), token),
        Undo = (context, run, token) => IsCommitted(run)
            ? Task.CompletedTask
            : PatientlyAsync(context, t => context.Component(name).UnstageAsync(WithoutSet(context, run), t), token),
        Inspect = async (context, _, token) =>
        {
            if (context.Input.Kept?.Places.GetValueOrDefault(name) is { } kept)
                return $"nothing to bring: {kept} is beside the live data since {context.Input.Kept.OperationId}";
            var manifest = await context.Sets.ReadManifestAsync(context.Set, token);
            return $"would bring {manifest.Artifacts.Where(a => a.Component == name).Sum(a => a.OriginalBytes)} bytes beside the live data";
        },
        Timeout = Long,
    };

    /// <summary>Holds a component's writers until <see cref="Release"/>; undone, they are let go.</summary>
    public static Step<RestoreContext> Hold(string name) => new()
    {
        Name = $"hold-{name}",
        Do = (context, run, token) => HoldAsync(context, name, run, token),
        Undo = (context, _, token) => PatientlyAsync(context, context.Data(name).ReleaseAsync, token),
        Inspect = async (context, _, token) => $"would hold the writers of {(await context.Component(name).StatusAsync(token)).Summary}",
        Timeout = Medium,
    };

    /// <summary>Makes a component's staged data live and keeps the old, with its writers held before.</summary>
    public static Step<RestoreContext> SwitchHeld(string name) => new()
    {
        Name = $"switch-{name}",
        Do = async (context, run, token) =>
        {
            var component = context.Data(name);
            await component.SwitchAsync(WithoutSet(context, run), token);
            run.Report(component.KeptPlace(WithoutSet(context, run)) is { } place ? $"the data from before is kept as {place}" : "there was no data before");
        },
        Undo = (context, run, token) => PatientlyAsync(context, t => context.Data(name).SwitchBackAsync(WithoutSet(context, run), t), token),
        Inspect = (_, _, _) => Task.FromResult("would make it live by a rename, and keep the data from before renamed"),
        Timeout = Medium,
    };

    /// <summary>Lets a component's writers go and notes for how long they were held; undone, they are held again for the way back.</summary>
    public static Step<RestoreContext> Release(string name) => new()
    {
        Name = $"release-{name}",
        Do = (context, run, token) => ReleaseAsync(context, name, run, token),
        Undo = (context, _, token) => PatientlyAsync(context, context.Data(name).HoldAsync, token),
        Inspect = (_, _, _) => Task.FromResult("would let the writers go and say for how long they were held"),
        Timeout = Medium,
    };

    /// <summary>Makes one component's staged data live in one step, with its writers held for just that.</summary>
    public static Step<RestoreContext> Switch(string name) => new()
    {
        Name = $"switch-{name}",
        Do = async (context, run, token) =>
        {
            if (context.Component(name) is not IDataComponent)
            {
                await context.Component(name).SwitchAsync(WithoutSet(context, run), token);
                return;
            }

            await HoldAsync(context, name, run, token);
            await context.Component(name).SwitchAsync(WithoutSet(context, run), token);
            await ReleaseAsync(context, name, run, token);
        },
        Undo = (context, run, token) => IsCommitted(run) ? Task.CompletedTask : PatientlyAsync(context, async t =>
        {
            await context.Component(name).SwitchBackAsync(WithoutSet(context, run), t);
            if (context.Component(name) is IDataComponent data)
                await data.ReleaseAsync(t);
        }, token),
        Inspect = (_, _, _) => Task.FromResult("would make the restored data live and keep the old"),
        Timeout = Medium,
    };

    /// <summary>Throws unless what is live now is what was to be brought back.</summary>
    public static Step<RestoreContext> Check(string name) => new()
    {
        Name = $"check-{name}",
        Do = async (context, run, token) => run.Report(await context.Component(name).CheckAsync(await WithSetAsync(context, run, token), token)),
        Inspect = (_, _, _) => Task.FromResult("would compare the live data with what was brought"),
        Timeout = Medium,
    };

    internal static bool IsCommitted(StepRun run) => run.Facts.ContainsKey(CommittedFact);

    /// <summary>For what reads artifacts or is compared with them.</summary>
    internal static async Task<RestoreRun> WithSetAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken) =>
        new(run, context.FromSet.Count == 0 ? new BackupManifest() : await context.Sets.ReadManifestAsync(context.Set, cancellationToken),
            context.Sets, context.Keys, context.Input.Kept);

    /// <summary>For what happens while writers are held, and for every way back: it must not need the backup server.</summary>
    public static RestoreRun WithoutSet(RestoreContext context, StepRun run) =>
        new(run, new BackupManifest { SetId = context.Set.Value }, context.Sets, context.Keys, context.Input.Kept);

    private static async Task HoldAsync(RestoreContext context, string name, StepRun run, CancellationToken cancellationToken)
    {
        run.Facts.TryAdd(HeldSince(name), context.Clock.GetUtcNow().ToString("O"));
        await run.SaveAsync(cancellationToken);
        await context.Data(name).HoldAsync(cancellationToken);
        run.Report("writers are held");
    }

    private static async Task ReleaseAsync(RestoreContext context, string name, StepRun run, CancellationToken cancellationToken)
    {
        await PatientlyAsync(context, context.Data(name).ReleaseAsync, cancellationToken);
        if (!run.Facts.TryGetValue(HeldSince(name), out var since))
            return;
        var held = (long)(context.Clock.GetUtcNow() - DateTimeOffset.Parse(since, CultureInfo.InvariantCulture)).TotalMilliseconds;
        var longest = run.Facts.TryGetValue(WritersHeldFact, out var before) ? Math.Max(held, long.Parse(before, CultureInfo.InvariantCulture)) : held;
        run.Facts[$"{name}-{WritersHeldFact}"] = held.ToString(CultureInfo.InvariantCulture);
        run.Facts[WritersHeldFact] = longest.ToString(CultureInfo.InvariantCulture);
        run.Facts.Remove(HeldSince(name));
        run.Report($"writers were held for {held} ms");
    }

    private static string HeldSince(string name) => $"{name}.held-since";

    /// <summary>
    /// A server that cannot be reached is asked again until the step's time is over: writers that are held must not stay so, and
    /// data must not stay half on its way back, because a line was cut for a minute.
    /// </summary>
    private static async Task PatientlyAsync(RestoreContext context, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await work(cancellationToken);
                return;
            }
            catch (HostException error) when (error.Failure is HostFailure.Unreachable or HostFailure.Refused or HostFailure.ConnectionLost)
            {
                try
                {
                    await Task.Delay(RetryEvery, context.Clock, cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    throw error;
                }
            }
        }
    }

    private static async Task<string> CheckSetAsync(RestoreContext context, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var component in context.Components.Except(context.FromSet))
        {
            var kept = context.Input.Kept!;
            lines.Add(await context.Data(component.Name).FindKeptAsync(kept.Places[component.Name], kept.OperationId, cancellationToken));
        }

        if (context.FromSet.Count == 0)
            return string.Join("; ", lines);
        var manifest = await context.Sets.ReadManifestAsync(context.Set, cancellationToken);
        if (manifest.Project != context.Input.Project || manifest.Environment != context.Input.Environment)
        {
            throw DomainException.Precondition(
                $"{context.Set} holds {manifest.Project}/{manifest.Environment}, not {context.Input.Project}/{context.Input.Environment}");
        }

        var missing = context.FromSet.Select(c => c.Name).Except(manifest.Components).ToList();
        if (missing.Count > 0)
            throw DomainException.Precondition($"{context.Set} does not hold {string.Join(", ", missing)}; it holds {string.Join(", ", manifest.Components)}");
        return string.Join("; ", [.. lines, $"{context.Set} of {manifest.StartedAt:u}: {string.Join(", ", manifest.Components)}, {manifest.StoredBytes} bytes stored"]);
    }

    private static async Task VerifyAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (context.FromSet.Count == 0)
        {
            run.Report("nothing is read from a set");
            return;
        }

        var result = await context.Verifier.FullAsync(
            context.Set, [.. context.FromSet.Select(c => c.Name)], (done, total) => run.Report(done, total), cancellationToken);
        result.ThrowIfDamaged();
        run.Report($"{result.Artifacts.Count} files read again and whole");
    }

    private static async Task<string> InspectVerifyAsync(RestoreContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (context.FromSet.Count == 0)
            return "nothing would be read from a set";
        var result = await context.Verifier.QuickAsync(context.Set, cancellationToken);
        result.ThrowIfDamaged();
        return $"{result.Artifacts.Count} files have the sizes that the manifest states; would read every byte of them";
    }

    private static async Task<string> CheckTargetAsync(RestoreContext context, CancellationToken cancellationToken)
    {
        if (context.FromSet.Count == 0)
            return "no room is needed: what comes back is there already";
        var manifest = await context.Sets.ReadManifestAsync(context.Set, cancellationToken);
        var lines = new List<string>();
        foreach (var component in context.FromSet)
            lines.Add(await component.CheckTargetAsync(manifest, cancellationToken));
        return string.Join("; ", lines);
    }

    private static IDataComponent Data(this RestoreContext context, string name) =>
        context.Component(name) as IDataComponent ?? throw DomainException.Precondition($"the component {name} has no writers to hold");
}
