using CodeB.Delivery;
using CodeB.Delivery.Health;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Projects;
using Microsoft.Extensions.Options;

namespace CodeB.Grains.Slots;

/// <summary>From a project's facts and the installation's options to what the delivery runbooks are told.</summary>
public sealed class DeliveryRunbooks(IOptions<DeliveryOptions> options)
{
    public DeliverySettings Settings { get; } = new()
    {
        Containers = new Delivery.Containers.ContainerSettings { Engine = options.Value.Engine },
        Traffic = new TrafficSettings { Tls = options.Value.Tls, RedirectToHttps = options.Value.RedirectToHttps },
        ReleaseTimeout = options.Value.ReleaseTimeout,
    };

    /// <inheritdoc cref="DeliveryOptions.DrainTime"/>
    public TimeSpan DrainTime => options.Value.DrainTime <= Drain.Longest ? options.Value.DrainTime : Drain.Longest;

    /// <summary>What was asked for, or this installation's own time.</summary>
    /// <exception cref="DomainException">InvalidArgument: it is not between 0 and an hour.</exception>
    public TimeSpan WatchOf(TimeSpan? asked) => DeliveryOptions.CheckWatch(asked ?? options.Value.Watch);

    public DeliveryOptions Options => options.Value;

    public HealthCheck HealthOf(Project project) => new()
    {
        Path = project.HealthPath,
        ExpectedStatus = project.Health.ExpectedStatus,
        Interval = project.Health.Interval,
        Timeout = project.Health.Timeout == TimeSpan.Zero ? options.Value.HealthTimeout : project.Health.Timeout,
        Successes = project.Health.Successes,
    };

    /// <summary>The names that an environment is served under, the primary one first.</summary>
    /// <exception cref="DomainException">FailedPrecondition: it has none.</exception>
    public static List<string> DomainsOf(string project, string name, EnvironmentSpec environment) => environment.Domain.Length > 0
        ? [environment.Domain, .. environment.Aliases]
        : throw DomainException.Precondition($"{project}/{name} has no domain, so no traffic can be switched to it; register the project with one (--domain)");

    /// <summary>An environment's slot pair behind its server's Caddy, for its names and where they lead.</summary>
    public static TrafficSite SiteOf(string project, string name, EnvironmentSpec environment) => new(
        ProjectName.Parse(project),
        EnvironmentName.Parse(name),
        environment.BluePort,
        environment.GreenPort,
        environment.Domain.Length > 0 ? [environment.Domain, .. environment.Aliases] : [],
        environment.Redirects);
}
