using CodeB.Domain.Errors;
using CodeB.Domain.Projects;

namespace CodeB.Domain.Previews;

/// <summary>What a preview gets where nobody says otherwise, and the bounds of what may be said.</summary>
public static class PreviewRules
{
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(7);
    public static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(366);

    public static TimeSpan Lifetime(TimeSpan? asked, string field = "lifetime")
    {
        var lifetime = asked ?? DefaultLifetime;
        return lifetime >= ShortestLifetime && lifetime <= LongestLifetime
            ? lifetime
            : throw DomainException.Invalid(field, $"{lifetime} is not between 1 s and 366 days; give a time such as '7d'");
    }

    /// <summary>The server of staging, else of production, else of the first environment by name.</summary>
    public static string ServerOf(Project project) => Model(project).Server;

    /// <summary>
    /// The preview's name as a further label before the project's domain, which is production's, else staging's: one wildcard
    /// record in the DNS, *.worb.codeb.kr, serves all previews.
    /// </summary>
    /// <exception cref="DomainException">FailedPrecondition: no environment has a domain.</exception>
    public static string DomainOf(Project project, string environment)
    {
        var named = project.Environments.Where(e => e.Value.Domain.Length > 0 && e.Value.Branch.Length == 0).ToDictionary();
        var of = named.GetValueOrDefault("production") ?? named.GetValueOrDefault("staging")
            ?? named.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => e.Value).FirstOrDefault()
            ?? throw DomainException.Precondition($"project {project.Name} has no domain to make the preview's from; give one (--domain)");
        return ProjectRules.Domain($"{environment}.{of.Domain}");
    }

    private static EnvironmentSpec Model(Project project)
    {
        var lasting = project.Environments.Where(e => e.Value.Branch.Length == 0).ToDictionary();
        return lasting.GetValueOrDefault("staging") ?? lasting.GetValueOrDefault("production")
            ?? project.Environments.OrderBy(e => e.Key, StringComparer.Ordinal).First().Value;
    }
}
