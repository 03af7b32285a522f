using CodeB.Delivery.Containers;
using CodeB.Delivery.Health;
using CodeB.Delivery.Slots;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Runbooks;

/// <summary>What a promote or a rollback is asked for: an operation's Input, as JSON.</summary>
public record PromoteInput
{
    public string Project { get; init; } = "";
    public string Environment { get; init; } = "";

    /// <summary>The slot that is to have the traffic.</summary>
    public SlotName Slot { get; init; }

    /// <summary>The version that is to be in it; empty for whatever is.</summary>
    public string Version { get; init; } = "";
    public int BluePort { get; init; }
    public int GreenPort { get; init; }

    /// <summary>The host names that it is served under, the primary one first.</summary>
    public List<string> Domains { get; init; } = [];

    /// <summary>Host names that are redirected, each to the name behind it.</summary>
    public Dictionary<string, string> Redirects { get; init; } = [];
    public HealthCheck Health { get; init; } = new();

    /// <summary>For how long the new slot's health is asked after the switch; zero: not at all.</summary>
    public TimeSpan Watch { get; init; }

    /// <summary>Between two such questions.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>So many failed checks in a row, and the traffic goes back: one may be bad luck.</summary>
    public int WatchFailures { get; init; } = 3;
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
            ProjectName.Parse(Input.Project), EnvironmentName.Parse(Input.Environment), Input.BluePort, Input.GreenPort, Input.Domains, Input.Redirects),
        Time);

    internal SlotPlace Place => Traffic.Site.Place(Input.Slot);

    internal ContainerEngine Engine { get; } = new(Host, Settings.Containers);

    internal HealthGate Gate { get; } = new(Host, Settings, Time);

    internal string Server => Host.Server.Name;
}
