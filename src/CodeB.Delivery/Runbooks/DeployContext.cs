using CodeB.Delivery.Containers;
using CodeB.Delivery.Health;
using CodeB.Delivery.Slots;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Naming;
using CodeB.Domain.Secrets;
using CodeB.Domain.Slots;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Runbooks;

/// <summary>What a deploy is asked for: an operation's Input, as JSON and without secrets.</summary>
public sealed record DeployInput
{
    public string Project { get; init; } = "";
    public string Environment { get; init; } = "";

    /// <summary>The idle slot, as the slot machine names it.</summary>
    public SlotName Slot { get; init; }

    /// <summary>The slot's port on the server.</summary>
    public int Port { get; init; }
    public string Version { get; init; } = "";
    public string Image { get; init; } = "";

    /// <summary>A backup set of the project's data is taken before anything is touched.</summary>
    public bool Snapshot { get; init; }

    /// <summary>In a dry run: the image is sent along later, so it is not looked for.</summary>
    public bool ImageFollows { get; init; }

    /// <inheritdoc cref="ContainerSpec.ContainerPort"/>
    public int? ContainerPort { get; init; }

    /// <inheritdoc cref="ContainerSpec.MemoryBytes"/>
    public long? MemoryBytes { get; init; }

    /// <inheritdoc cref="ContainerSpec.Cpus"/>
    public double? Cpus { get; init; }

    /// <inheritdoc cref="ContainerSpec.StopTimeout"/>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc cref="ContainerSpec.Labels"/>
    public Dictionary<string, string> Labels { get; init; } = [];

    /// <summary>Program and arguments to run in the new image before the slot's container starts; empty for none.</summary>
    public List<string> ReleaseCommand { get; init; } = [];

    public HealthCheck Health { get; init; } = new();

    /// <summary>When the slot lost the traffic; null where it never had any, or long ago.</summary>
    public DateTimeOffset? TrafficLostAt { get; init; }

    /// <summary>How long after that requests and WebSockets that are still open on the slot are waited for.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>A deploy's input and tools.</summary>
/// <param name="Input">From the operation.</param>
/// <param name="Host">The app server.</param>
/// <param name="Env">The environment's variables, with their secrets; never journalled.</param>
/// <param name="Settings">Where things are on the server.</param>
/// <param name="Time">The clock.</param>
public sealed record DeployContext(
    DeployInput Input, IHostSession Host, IReadOnlyDictionary<string, string> Env, DeliverySettings Settings, TimeProvider Time)
{
    internal SlotPlace Place { get; } = new(
        ProjectName.Parse(Input.Project), EnvironmentName.Parse(Input.Environment), Input.Slot, Input.Port);

    internal ContainerEngine Engine { get; } = new(Host, Settings.Containers);

    internal TrafficSwitch Traffic { get; } = new(
        Host,
        Settings.Traffic,
        new TrafficSite(ProjectName.Parse(Input.Project), EnvironmentName.Parse(Input.Environment), Input.Port, Input.Port, []),
        Time);

    internal Drain Drain { get; } = new(Host, Time);

    internal Redaction Redaction { get; } = new(Env.Values);

    internal string Server => Host.Server.Name;

    /// <summary>The container that is to run in the slot.</summary>
    internal ContainerSpec Spec(string operationId) => new()
    {
        Place = Place,
        Image = Input.Image,
        Version = ReleaseVersion.Parse(Input.Version).Value,
        OperationId = operationId,
        EnvFile = Place.EnvFile(Settings),
        ContainerPort = Input.ContainerPort,
        MemoryBytes = Input.MemoryBytes,
        Cpus = Input.Cpus,
        StopTimeout = Input.StopTimeout,
        Labels = Input.Labels,
        Fingerprint = DeployFingerprint.Of(Input, Env),
    };
}
