using System.Text.Json;
using CodeB.Delivery.Slots;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Secrets;
using CodeB.Runbooks;

namespace CodeB.Delivery.Runbooks;

/// <summary>
/// Gives the traffic to a slot whose container runs and is healthy, and watches it for a while. When anything fails, the
/// traffic is where it was before.
/// </summary>
public static class PromoteRunbook
{
    /// <summary>The fact with the slot that had the traffic before: blue, green or none.</summary>
    internal const string TrafficBefore = "traffic-before";

    private const string NamesBefore = "names-before";
    private const string None = "none";

    public static Runbook<PromoteContext> Create() => Create("promote");

    internal static Runbook<PromoteContext> Create(string name) => new(
        name,
        [
            new Step<PromoteContext>
            {
                Name = "check-slot",
                Do = async (c, run, t) => run.Report(await CheckAsync(c, t)),
                Inspect = (c, _, t) => CheckAsync(c, t),
            },
            new Step<PromoteContext>
            {
                Name = "ensure-site",
                IsDone = (c, _, t) => c.Traffic.IsReadyAsync(t),
                Do = EnsureSiteAsync,
                Undo = RestoreNamesAsync,
                Inspect = InspectSiteAsync,
            },
            new Step<PromoteContext>
            {
                Name = PromoteSteps.SwitchTraffic,
                IsDone = IsSwitchedAsync,
                Do = SwitchAsync,
                Undo = SwitchBackAsync,
                Inspect = InspectTrafficAsync,
            },
            new Step<PromoteContext>
            {
                Name = "confirm",
                Do = ConfirmAsync,
                Inspect = (c, _, _) => Task.FromResult($"would ask {c.Traffic.Site.Url(c.Settings.Traffic, c.Input.Health.Path)} through Caddy"),
            },
            new Step<PromoteContext>
            {
                Name = PromoteSteps.Watch,
                Do = PromoteWatch.WatchAsync,
                Inspect = (c, _, _) => Task.FromResult(c.Input.Watch <= TimeSpan.Zero
                    ? "would not be watched"
                    : $"would ask {c.Place.ContainerName} for its health for {c.Input.Watch.TotalSeconds:0.#} s and go back by itself after {c.Input.WatchFailures} failures in a row"),
                Timeout = PromoteWatch.StepTimeout,
            },
        ]);

    private static async Task<string> CheckAsync(PromoteContext context, CancellationToken cancellationToken)
    {
        var (place, input) = (context.Place, context.Input);
        var asked = context.Gate.AskAsync(place, input.Health, cancellationToken);
        var container = await context.Engine.FindAsync(place.ContainerName, cancellationToken);
        var answer = await asked;
        if (container is null || !container.BelongsTo(place))
            throw DomainException.Precondition($"{context.Server}: {place.Pair} {place.Word} is empty; deploy a version first: 'we deploy {place.Project}'");
        if (!container.IsRunning)
            throw DomainException.Precondition($"{context.Server}: {place.ContainerName} is {container.Status}, not running; deploy again: 'we deploy {place.Project}'");
        if (input.Version.Length > 0 && container.Version != input.Version)
            throw DomainException.Precondition($"{context.Server}: {place.ContainerName} runs {container.Version}, not {input.Version}");

        if (answer.Status != input.Health.ExpectedStatus)
        {
            var shorter = input.Health with { Successes = 1, Timeout = input.Health.RequestTimeout };
            await context.Gate.WaitAsync(place, shorter, new Redaction(context.Env.Values), _ => { }, cancellationToken);
        }

        return $"{place.ContainerName} runs {container.Version} and is healthy";
    }

    private static async Task EnsureSiteAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        var loaded = await context.Traffic.Edge.EnsureAsync(cancellationToken);
        if (!run.Facts.ContainsKey(NamesBefore))
        {
            run.Facts[NamesBefore] = JsonSerializer.Serialize(await context.Traffic.NamesAsync(cancellationToken));
            await run.SaveAsync(cancellationToken);
        }

        await context.Traffic.SetDomainsAsync(context.Input.Domains, context.Input.Redirects, cancellationToken);
        run.Report($"Caddy serves {string.Join(", ", context.Input.Domains)}{(loaded ? "; the server's edge was set up with one reload" : "")}");
    }

    private static async Task RestoreNamesAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        // Without the fact no name was touched: it is saved before the first. The edge is the server's and stays.
        if (run.Facts.TryGetValue(NamesBefore, out var before) && JsonSerializer.Deserialize<SiteNames>(before) is { } names)
            await context.Traffic.SetDomainsAsync(names.Domains, names.Redirects, cancellationToken);
    }

    private static async Task<string> InspectSiteAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (context.Traffic.Site.PrimaryDomain is null)
            throw DomainException.Precondition($"{context.Place.Pair} has no domain, so no traffic can be switched to it; give it one with 'we domain add'");
        if (await context.Traffic.IsReadyAsync(cancellationToken))
            return $"Caddy serves {string.Join(", ", context.Input.Domains)}";
        return await context.Traffic.Edge.IsLoadedAsync(cancellationToken)
            ? $"would have Caddy serve {string.Join(", ", context.Input.Domains)}"
            : $"would set the server's edge up: write {context.Settings.Traffic.EdgeFile} and reload Caddy once";
    }

    private static async Task<bool> IsSwitchedAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        var (gate, served) = await context.Traffic.LookAsync(cancellationToken);
        // Kept from the first look: after a kill the gate may be where this promote has put it.
        run.Facts.TryAdd(TrafficBefore, gate is { } slot ? SlotPlace.WordOf(slot) : None);
        return gate == context.Input.Slot && served == context.Input.Slot;
    }

    private static async Task SwitchAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        await run.SaveAsync(cancellationToken);
        await context.Traffic.SwitchAsync(context.Input.Slot, cancellationToken);
        run.Report($"new requests go to {context.Place.Word} (before: {run.Facts[TrafficBefore]})");
    }

    private static async Task SwitchBackAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (!run.Facts.TryGetValue(TrafficBefore, out var before))
            return;
        // Where an interrupted undo has switched already, nothing is left to be decided.
        var switched = await context.GateAsync(cancellationToken) == SlotPlace.Parse(before);
        if (!switched && await PromoteWatch.WayBackAsync(context, before, cancellationToken) is { Obstacle: { } obstacle })
            throw DomainException.Precondition($"{context.Server}: the traffic stays at {context.Place.Word}, for {obstacle}");

        await context.Traffic.SwitchAsync(SlotPlace.Parse(before), cancellationToken);
        run.Report($"new requests go to {before} again");
    }

    private static async Task<string> InspectTrafficAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        var open = await context.Traffic.OpenGatesAsync(cancellationToken);
        return $"the traffic is at {(open.Count == 0 ? None : SlotPlace.WordOf(open.Min()))}; would go to {context.Place.Word}";
    }

    private static async Task ConfirmAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        var health = context.Input.Health;
        var asked = context.Traffic.ThroughCaddyAsync(health.Path, cancellationToken);
        var (_, served) = await context.Traffic.LookAsync(cancellationToken);
        var answer = await asked;
        if (served != context.Input.Slot || answer.Status != health.ExpectedStatus)
        {
            throw DomainException.Precondition(
                $"{context.Server}: {context.Input.Domains[0]}{health.Path} through Caddy gives {answer} instead of {health.ExpectedStatus}, "
                + $"from {(served is { } slot ? SlotPlace.WordOf(slot) : "no slot")} instead of {context.Place.Word}");
        }

        run.Report($"{context.Input.Domains[0]} is answered by {context.Place.Word}");
    }
}
