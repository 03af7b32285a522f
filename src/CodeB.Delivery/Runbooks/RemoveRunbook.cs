using CodeB.Delivery.Containers;
using CodeB.Delivery.Slots;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Runbooks;

namespace CodeB.Delivery.Runbooks;

/// <summary>What the removal of an environment is asked for: an operation's Input, as JSON.</summary>
public sealed record RemoveInput
{
    public string Project { get; init; } = "";
    public string Environment { get; init; } = "";

    /// <summary>Kept here: after the last step the registry does not know the environment any more.</summary>
    public string Server { get; init; } = "";
    public int BluePort { get; init; }
    public int GreenPort { get; init; }
}

/// <summary>A removal's input and tools.</summary>
/// <param name="Input">From the operation.</param>
/// <param name="Host">The app server.</param>
/// <param name="Settings">Where things are on the server.</param>
/// <param name="Time">The clock.</param>
/// <param name="Forget">Takes the environment out of the registry; called again after a kill.</param>
public sealed record RemoveContext(RemoveInput Input, IHostSession Host, DeliverySettings Settings, TimeProvider Time, Func<Task> Forget)
{
    internal TrafficSwitch Traffic { get; } = new(
        Host,
        Settings.Traffic,
        new TrafficSite(ProjectName.Parse(Input.Project), EnvironmentName.Parse(Input.Environment), Input.BluePort, Input.GreenPort, []),
        Time);

    internal ContainerEngine Engine { get; } = new(Host, Settings.Containers);

    internal string Name => $"{Input.Project}/{Input.Environment}";

    internal string EnvFolder => $"{Settings.EnvDirectory}/{Input.Project}/{Input.Environment}";

    internal IEnumerable<SlotPlace> Places => [Traffic.Site.Place(SlotName.Blue), Traffic.Site.Place(SlotName.Green)];
}

/// <summary>
/// Takes an environment away with all that it has on its server: its names and traffic first, its record last. It cannot be
/// undone, so it only goes on; whatever is gone already is fine.
/// </summary>
public static class RemoveRunbook
{
    public static Runbook<RemoveContext> Create() => new(
        "remove",
        [
            new Step<RemoveContext>
            {
                Name = "check-containers",
                Do = async (c, run, t) => run.Report(Shown(c, await OwnAsync(c, t))),
                Inspect = async (c, _, t) => Shown(c, await OwnAsync(c, t)),
            },
            new Step<RemoveContext>
            {
                Name = "remove-traffic",
                Do = (c, _, t) => c.Traffic.RemoveAsync(t),
                Inspect = async (c, _, t) =>
                {
                    var names = await c.Traffic.NamesAsync(t);
                    return $"would take away {names.Domains.Count + names.Redirects.Count} names and the gate";
                },
            },
            new Step<RemoveContext>
            {
                Name = "remove-containers",
                Do = RemoveContainersAsync,
                Inspect = async (c, _, t) => $"would remove {(await OwnAsync(c, t)).Count} containers",
                Timeout = TimeSpan.FromMinutes(5),
            },
            new Step<RemoveContext>
            {
                Name = "remove-env-files",
                Do = (c, _, t) => c.Host.RunAsync(Command.Of("rm", "-rf", c.EnvFolder), cancellationToken: t),
                Inspect = (c, _, _) => Task.FromResult($"would remove {c.EnvFolder}"),
            },
            new Step<RemoveContext>
            {
                Name = "forget",
                Do = (c, _, _) => c.Forget(),
                Inspect = (c, _, _) => Task.FromResult($"would forget {c.Name} and free the ports {c.Input.BluePort} and {c.Input.GreenPort}"),
            },
        ]);

    /// <exception cref="DomainException">FailedPrecondition: a container of that name is somebody else's.</exception>
    private static async Task<List<SlotPlace>> OwnAsync(RemoveContext context, CancellationToken cancellationToken)
    {
        List<SlotPlace> own = [];
        foreach (var place in context.Places)
        {
            if (await context.Engine.FindAsync(place.ContainerName, cancellationToken) is not { } container)
                continue;
            if (!container.BelongsTo(place))
                throw DomainException.Precondition($"{context.Host.Server.Name}: container {place.ContainerName} is not {place.Pair}'s; rename or remove it first");
            own.Add(place);
        }

        return own;
    }

    private static string Shown(RemoveContext context, List<SlotPlace> own) =>
        own.Count == 0 ? $"{context.Name} has no container" : $"{context.Name} has {string.Join(" and ", own.Select(p => p.ContainerName))}";

    private static async Task RemoveContainersAsync(RemoveContext context, StepRun run, CancellationToken cancellationToken)
    {
        foreach (var place in await OwnAsync(context, cancellationToken))
        {
            await context.Engine.RemoveAsync(place.ContainerName, cancellationToken);
            run.Report($"removed {place.ContainerName}");
        }
    }
}
