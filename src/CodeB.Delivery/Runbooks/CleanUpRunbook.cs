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

    /// <summary>When the slot lost the traffic; null where it never had any.</summary>
    public DateTimeOffset? TrafficLostAt { get; init; }

    /// <summary>How long after that requests and WebSockets that are still open on it are waited for.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>A clean-up's input and tools.</summary>
/// <param name="Input">From the operation.</param>
/// <param name="Host">The app server.</param>
/// <param name="Settings">Where things are on the server.</param>
/// <param name="Time">The clock.</param>
public sealed record CleanUpContext(CleanUpInput Input, IHostSession Host, DeliverySettings Settings, TimeProvider Time)
{
    internal TrafficSwitch Traffic { get; } = new(
        Host,
        Settings.Traffic,
        new TrafficSite(ProjectName.Parse(Input.Project), EnvironmentName.Parse(Input.Environment), Input.BluePort, Input.GreenPort, []),
        Time);

    internal SlotPlace Place => Traffic.Site.Place(Input.Slot);

    internal Drain Drain { get; } = new(Host, Time);

    internal ContainerEngine Engine { get; } = new(Host, Settings.Containers);
}

/// <summary>Empties the slot that has no traffic, once nobody is served by it any more. It cannot be undone, so it only goes on.</summary>
public static class CleanUpRunbook
{
    /// <summary>Once it has begun, the slot is no way back any more.</summary>
    public const string RemoveContainerStep = "remove-container";

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
                Do = (c, run, t) => c.Drain.WaitAsync(c.Place, c.Input.TrafficLostAt, c.Input.DrainTime, run.Report, t),
                Inspect = (c, _, t) => c.Drain.InspectAsync(c.Place, c.Input.TrafficLostAt, c.Input.DrainTime, t),
                Timeout = Drain.StepTimeout,
            },
            new Step<CleanUpContext>
            {
                Name = RemoveContainerStep,
                Do = RemoveAsync,
                Inspect = async (c, _, t) => await c.Engine.FindAsync(c.Place.ContainerName, t) is { } container
                    ? $"would remove {c.Place.ContainerName} with {container.Version}"
                    : $"{c.Place.Word} has no container",
                Timeout = ContainerEngine.RemoveLimit,
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
        if ((await context.Traffic.OpenGatesAsync(cancellationToken)).Contains(context.Input.Slot))
        {
            throw DomainException.Precondition(
                $"{context.Host.Server.Name}: {context.Place.Pair} {context.Place.Word} has the traffic; only the other slot can be emptied");
        }

        return $"{context.Place.Word} has no traffic";
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
