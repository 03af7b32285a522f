using System.Globalization;
using CodeB.Delivery.Slots;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Projects;
using CodeB.Domain.Slots;

namespace CodeB.Delivery.Traffic;

/// <summary>A slot pair behind Caddy.</summary>
public sealed record TrafficSite
{
    /// <exception cref="DomainException">InvalidArgument: a domain is not a host name.</exception>
    public TrafficSite(
        ProjectName project,
        EnvironmentName environment,
        int bluePort,
        int greenPort,
        IReadOnlyList<string> domains,
        IReadOnlyDictionary<string, string>? redirects = null)
    {
        Project = project;
        Environment = environment;
        BluePort = bluePort;
        GreenPort = greenPort;
        Names = new SiteNames
        {
            Domains = [.. domains.Select(domain => ProjectRules.Domain(domain, "domains"))],
            Redirects = (redirects ?? new Dictionary<string, string>()).ToDictionary(
                redirect => ProjectRules.Domain(redirect.Key, "redirects"), redirect => ProjectRules.Domain(redirect.Value, "redirects")),
        };
    }

    public ProjectName Project { get; }

    public EnvironmentName Environment { get; }

    public int BluePort { get; }

    public int GreenPort { get; }

    /// <summary>The names that it is to be reached under; none where it is only looked at or taken away.</summary>
    public SiteNames Names { get; }

    public string Name => $"{Project}/{Environment}";

    /// <summary>The name under which the server asks its own Caddy for it; null without a domain.</summary>
    public string? PrimaryDomain => Names.Domains.FirstOrDefault();

    public SlotPlace Place(SlotName slot) => new(Project, Environment, slot, slot == SlotName.Blue ? BluePort : GreenPort);

    public string GateDirectory(TrafficSettings settings) => $"{settings.PairsDirectory}/{Project}/{Environment}";

    public string GateFile(TrafficSettings settings, SlotName slot) => $"{GateDirectory(settings)}/{Gate(slot)}";

    /// <summary>The open gate's file name: the slot, and the port that Caddy reads out of it.</summary>
    public string Gate(SlotName slot) => string.Create(CultureInfo.InvariantCulture, $"{SlotPlace.WordOf(slot)}-{Place(slot).Port}");

    /// <summary>The URL under which the server reaches the primary domain through its own Caddy, whatever the certificate is.</summary>
    /// <exception cref="DomainException">FailedPrecondition: it has no domain.</exception>
    public string Url(TrafficSettings settings, string path) => PrimaryDomain is { } domain
        ? string.Create(CultureInfo.InvariantCulture, $"http://{domain}:{settings.HttpPort}{path}")
        : throw DomainException.Precondition($"{Name} has no domain, so it cannot be reached through Caddy; give it one with 'we domain add'");
}
