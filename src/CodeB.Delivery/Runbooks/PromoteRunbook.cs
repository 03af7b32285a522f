using CodeB.Delivery.Containers;
using CodeB.Delivery.Health;
using CodeB.Delivery.Slots;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Secrets;
using CodeB.Domain.Slots;
using CodeB.Hosts.Sessions;
using CodeB.Runbooks;

namespace CodeB.Delivery.Runbooks;

/// <summary>What a promote or a rollback is asked for: an operation's Input, as JSON.</summary>
public sealed record PromoteInput
{
    public string Project { get; init; } = "";
    public string Environment { get; init; } = "";

    /// <summary>The slot that is to have the traffic.</summary>
    public SlotName Slot { get; init; }

    /// <summary>The version that is to be in it; empty for whatever is.</summary>
    public string Version { get; init; } = "";
    public int BluePort { get; init; }
    public int GreenPort { get; init; }

    /// <inheritdoc cref="TrafficSite.Addresses"/>
    public List<string> Addresses { get; init; } = [];
    public HealthCheck Health { get; init; } = new();
}

/// <summary>A promote's or a rollback's input and tools.</summary>
/// <param name="Input">From the operation.</param>
/// <param name="Host">The app server.</param>
/// <param name="Env">The environment's variables, only to keep their values out of errors.</param>
/// <param name="Settings">Where things are on the server.</param>
/// <param name="Time">The clock.</param>
public sealed record PromoteContext(
    PromoteInput Input, IHostSession Host, IReadOnlyDictionary<string, string> Env, DeliverySettings Settings, TimeProvider Time)
{
    internal TrafficSwitch Traffic { get; } = new(
        Host,
        Settings.Traffic,
        new TrafficSite(
            ProjectName.Parse(Input.Project), EnvironmentName.Parse(Input.Environment), Input.BluePort, Input.GreenPort, Input.Addresses),
        Time);

    internal SlotPlace Place => Traffic.Site.Place(Input.Slot);

    internal ContainerEngine Engine { get; } = new(Host, Settings.Containers);

    internal string Server => Host.Server.Name;
}

/// <summary>Gives the traffic to a slot whose container runs and is healthy; when anything fails, it stays where it was.</summary>
public static class PromoteRunbook
{
    private const string SiteBefore = "site-before";
    private const string TrafficBefore = "traffic-before";
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
                IsDone = (c, _, t) => c.Traffic.HasSiteAsync(t),
                Do = EnsureSiteAsync,
                Undo = RestoreSiteAsync,
                Inspect = InspectSiteAsync,
            },
            new Step<PromoteContext>
            {
                Name = "switch-traffic",
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
        ]);

    private static async Task<string> CheckAsync(PromoteContext context, CancellationToken cancellationToken)
    {
        var (place, input) = (context.Place, context.Input);
        var container = await context.Engine.FindAsync(place.ContainerName, cancellationToken);
        if (container is null || !container.BelongsTo(place))
            throw DomainException.Precondition($"{context.Server}: {place.Pair} {place.Word} is empty; deploy a version first: 'we deploy {place.Project}'");
        if (!container.IsRunning)
            throw DomainException.Precondition($"{context.Server}: {place.ContainerName} is {container.Status}, not running; deploy again: 'we deploy {place.Project}'");
        if (input.Version.Length > 0 && container.Version != input.Version)
            throw DomainException.Precondition($"{context.Server}: {place.ContainerName} runs {container.Version}, not {input.Version}");

        var gate = new HealthGate(context.Host, context.Settings, context.Time);
        var shorter = input.Health with { Successes = 1, Timeout = input.Health.RequestTimeout };
        await gate.WaitAsync(place, shorter, new Redaction(context.Env.Values), _ => { }, cancellationToken);
        return $"{place.ContainerName} runs {container.Version} and is healthy";
    }

    private static async Task EnsureSiteAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (!run.Facts.ContainsKey(SiteBefore))
        {
            run.Facts[SiteBefore] = await context.Traffic.ReadSiteAsync(cancellationToken) ?? None;
            await run.SaveAsync(cancellationToken);
        }

        await context.Traffic.EnsureSiteAsync(cancellationToken);
        run.Report($"Caddy serves {string.Join(", ", context.Input.Addresses)}");
    }

    private static async Task RestoreSiteAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        // Without the fact nothing was written: it is saved before the first touch.
        if (run.Facts.TryGetValue(SiteBefore, out var before))
            await context.Traffic.RestoreSiteAsync(before == None ? null : before, cancellationToken);
    }

    private static async Task<string> InspectSiteAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken) =>
        await context.Traffic.HasSiteAsync(cancellationToken)
            ? $"Caddy serves {string.Join(", ", context.Input.Addresses)}"
            : $"would write {context.Traffic.Site.SiteFile(context.Settings.Traffic)} and reload Caddy";

    private static async Task<bool> IsSwitchedAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        var state = await context.Traffic.CurrentAsync(cancellationToken);
        return state.Gate == context.Input.Slot && state.Served == context.Input.Slot;
    }

    private static async Task SwitchAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (!run.Facts.ContainsKey(TrafficBefore))
        {
            var open = await context.Traffic.OpenGatesAsync(cancellationToken);
            run.Facts[TrafficBefore] = open.Count == 0 ? None : SlotPlace.WordOf(open.Min());
            await run.SaveAsync(cancellationToken);
        }

        await context.Traffic.SwitchAsync(context.Input.Slot, cancellationToken);
        run.Report($"new requests go to {context.Place.Word} (before: {run.Facts[TrafficBefore]})");
    }

    private static async Task SwitchBackAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (run.Facts.TryGetValue(TrafficBefore, out var before))
            await context.Traffic.SwitchAsync(SlotPlace.Parse(before), cancellationToken);
    }

    private static async Task<string> InspectTrafficAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        var open = await context.Traffic.OpenGatesAsync(cancellationToken);
        return $"the traffic is at {(open.Count == 0 ? None : SlotPlace.WordOf(open.Min()))}; would go to {context.Place.Word}";
    }

    private static async Task ConfirmAsync(PromoteContext context, StepRun run, CancellationToken cancellationToken)
    {
        var health = context.Input.Health;
        var answer = await context.Traffic.ThroughCaddyAsync(health.Path, cancellationToken);
        var state = await context.Traffic.CurrentAsync(cancellationToken);
        if (state.Served != context.Input.Slot || answer.Status != health.ExpectedStatus)
        {
            throw DomainException.Precondition(
                $"{context.Server}: {context.Input.Addresses[0]}{health.Path} through Caddy gives {answer} instead of {health.ExpectedStatus}, "
                + $"from {(state.Served is { } served ? SlotPlace.WordOf(served) : "no slot")} instead of {context.Place.Word}");
        }

        run.Report($"{context.Input.Addresses[0]} is answered by {context.Place.Word}");
    }
}
