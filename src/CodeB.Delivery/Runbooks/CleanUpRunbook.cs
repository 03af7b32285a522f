using CodeB.Delivery.Containers;
using CodeB.Delivery.Slots;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;
using CodeB.Hosts.Sessions;
using CodeB.Runbooks;

namespace CodeB.Delivery.Runbooks;

/// <summary>What a clean-up is asked for: an operation's Input, as JSON.</summary>
public sealed record CleanUpInput
{
    public string Project { get; init; } = "";
    public string Environment { get; init; } = "";

    /// <summary>The slot without the traffic, to be emptied.</summary>
    public SlotName Slot { get; init; }
    public int BluePort { get; init; }
    public int GreenPort { get; init; }

    /// <inheritdoc cref="TrafficSite.Addresses"/>
    public List<string> Addresses { get; init; } = [];

    /// <summary>How long requests and WebSockets that are still open on the slot are waited for.</summary>
    public TimeSpan DrainFor { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A clean-up's input and tools.</summary>
/// <param name="Input">From the operation.</param>
/// <param name="Host">The app server.</param>
/// <param name="Settings">Where things are on the server.</param>
/// <param name="Time">The clock.</param>
public sealed record CleanUpContext(CleanUpInput Input, IHostSession Host, DeliverySettings Settings, TimeProvider Time)
{
    internal TrafficSwitch? Traffic { get; } = Input.Addresses.Count == 0
        ? null
        : new TrafficSwitch(
            Host,
            Settings.Traffic,
            new TrafficSite(
                ProjectName.Parse(Input.Project), EnvironmentName.Parse(Input.Environment), Input.BluePort, Input.GreenPort, Input.Addresses),
            Time);

    internal SlotPlace Place { get; } = new(
        ProjectName.Parse(Input.Project),
        EnvironmentName.Parse(Input.Environment),
        Input.Slot,
        Input.Slot == SlotName.Blue ? Input.BluePort : Input.GreenPort);

    internal ContainerEngine Engine { get; } = new(Host, Settings.Containers);

    internal string Gate => $"{Settings.Traffic.GatesDirectory}/{Place.Project}/{Place.Environment}/{Place.Word}";
}

/// <summary>Empties the slot that has no traffic, once nobody is served by it any more. It cannot be undone, so it only goes on.</summary>
public static class CleanUpRunbook
{
    /// <summary>Once it has begun, the slot is no way back any more.</summary>
    public const string RemoveContainerStep = "remove-container";

    private static readonly TimeSpan DrainInterval = TimeSpan.FromMilliseconds(500);

    public static Runbook<CleanUpContext> Create() => new(
        "cleanup",
        [
            new Step<CleanUpContext>
            {
                Name = "check-idle",
                Do = async (c, run, t) => run.Report(await CheckAsync(c, t)),
                Inspect = (c, _, t) => CheckAsync(c, t),
            },
            new Step<CleanUpContext>
            {
                Name = "drain",
                Do = DrainAsync,
                Inspect = async (c, _, t) => $"{await InFlightAsync(c, t)} requests are open on {c.Place.Word}",
                Timeout = TimeSpan.FromHours(1),
            },
            new Step<CleanUpContext>
            {
                Name = RemoveContainerStep,
                Do = RemoveAsync,
                Inspect = async (c, _, t) => await c.Engine.FindAsync(c.Place.ContainerName, t) is { } container
                    ? $"would remove {c.Place.ContainerName} with {container.Version}"
                    : $"{c.Place.Word} has no container",
            },
            new Step<CleanUpContext>
            {
                Name = "remove-env-file",
                Do = (c, _, t) => DeployRunbook.RemoveFileAsync(c.Host, c.Place.EnvFile(c.Settings), t),
                Inspect = (c, _, _) => Task.FromResult($"would remove {c.Place.EnvFile(c.Settings)}"),
            },
        ]);

    private static async Task<string> CheckAsync(CleanUpContext context, CancellationToken cancellationToken)
    {
        if (await context.Host.ReadFileAsync(context.Gate, cancellationToken) is not null)
        {
            throw DomainException.Precondition(
                $"{context.Host.Server.Name}: {context.Place.Pair} {context.Place.Word} has the traffic; only the other slot can be emptied");
        }

        return $"{context.Place.Word} has no traffic";
    }

    private static async Task<int> InFlightAsync(CleanUpContext context, CancellationToken cancellationToken) =>
        context.Traffic is null ? 0 : (await context.Traffic.CurrentAsync(cancellationToken)).InFlight(context.Place.Slot) ?? 0;

    private static async Task DrainAsync(CleanUpContext context, StepRun run, CancellationToken cancellationToken)
    {
        var began = context.Time.GetTimestamp();
        int open;
        while ((open = await InFlightAsync(context, cancellationToken)) > 0 && context.Time.GetElapsedTime(began) < context.Input.DrainFor)
        {
            run.Report($"waiting for {open} open requests on {context.Place.Word}");
            await Task.Delay(DrainInterval, context.Time, cancellationToken);
        }

        run.Report(open == 0 ? $"nobody is served by {context.Place.Word}" : $"{open} requests are cut off after {context.Input.DrainFor.TotalSeconds:0} s");
    }

    private static async Task RemoveAsync(CleanUpContext context, StepRun run, CancellationToken cancellationToken)
    {
        // Asked again: a rollback may have come between, and this is the last moment to notice.
        await CheckAsync(context, cancellationToken);
        var container = await context.Engine.FindAsync(context.Place.ContainerName, cancellationToken);
        if (container is null)
        {
            run.Report($"{context.Place.Word} has no container");
            return;
        }

        if (!container.BelongsTo(context.Place))
            throw DomainException.Precondition($"{context.Host.Server.Name}: container {context.Place.ContainerName} is not {context.Place.Pair}'s; it stays");
        await context.Engine.RemoveAsync(context.Place.ContainerName, cancellationToken);
        run.Report($"removed {context.Place.ContainerName} with {container.Version}");
    }
}
