using CodeB.Domain.Naming;
using CodeB.Domain.Slots;

namespace CodeB.Delivery.Traffic;

/// <summary>What a server's edge really holds, of all slot pairs.</summary>
/// <param name="Names">The names that are served or redirected.</param>
/// <param name="Gates">The open gates; a pair without one has no traffic.</param>
public sealed record EdgeState(IReadOnlyList<EdgeName> Names, IReadOnlyList<EdgeGate> Gates);

/// <summary>A host name that a slot pair answers to.</summary>
/// <param name="Name">Such as worb.codeb.kr.</param>
/// <param name="Project">Whose it is.</param>
/// <param name="Environment">The project's environment.</param>
/// <param name="RedirectTo">The name that requests are redirected to; null: they are served.</param>
public sealed record EdgeName(string Name, string Project, string Environment, string? RedirectTo)
{
    public bool BelongsTo(ProjectName project, EnvironmentName environment) => Project == project.Value && Environment == environment.Value;
}

/// <summary>An open gate: who has a pair's traffic, and where it answers.</summary>
/// <param name="Project">The project.</param>
/// <param name="Environment">Its environment.</param>
/// <param name="Slot">The slot with the traffic.</param>
/// <param name="Port">The port to which Caddy sends requests.</param>
public sealed record EdgeGate(string Project, string Environment, SlotName Slot, int Port);

/// <summary>The host names of one slot pair.</summary>
public sealed record SiteNames
{
    /// <summary>Those that are served, the primary one first.</summary>
    public List<string> Domains { get; init; } = [];

    /// <summary>Those that are redirected, each to the name behind it.</summary>
    public Dictionary<string, string> Redirects { get; init; } = [];

    /// <summary>Those of all names that are one pair's.</summary>
    public static SiteNames Of(IEnumerable<EdgeName> all, TrafficSite site)
    {
        var own = all.Where(name => name.BelongsTo(site.Project, site.Environment)).ToList();
        return new SiteNames
        {
            Domains = [.. own.Where(name => name.RedirectTo is null).Select(name => name.Name)],
            Redirects = own.Where(name => name.RedirectTo is not null).ToDictionary(name => name.Name, name => name.RedirectTo!),
        };
    }

    /// <summary>Whether both hold the same names; the order says nothing.</summary>
    public bool SameAs(SiteNames other) =>
        Domains.ToHashSet().SetEquals(other.Domains)
        && Redirects.Count == other.Redirects.Count
        && Redirects.All(redirect => other.Redirects.TryGetValue(redirect.Key, out var to) && to == redirect.Value);
}
