using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Projects;

namespace CodeB.Domain.Domains;

/// <summary>One name, and whose it is.</summary>
[GenerateSerializer]
[Alias("codeb.DomainEntry")]
public sealed record DomainEntry
{
    [Id(0)]
    public string Name { get; init; } = "";
    [Id(1)]
    public string Project { get; init; } = "";
    [Id(2)]
    public string Environment { get; init; } = "";
    [Id(3)]
    public string Server { get; init; } = "";

    /// <summary>Where requests are sent instead; empty: they are served.</summary>
    [Id(4)]
    public string RedirectTo { get; init; } = "";

    /// <summary>The environment's first name, which only goes with the environment.</summary>
    [Id(5)]
    public bool Primary { get; init; }
}

/// <summary>Who has which name. A name belongs to one environment of one project, whether it is served there or redirected.</summary>
public static class DomainBook
{
    /// <summary>By environment, the primary name first, then those that are served, then the redirected ones.</summary>
    public static IEnumerable<DomainEntry> List(Project project) =>
        from environment in project.Environments.OrderBy(e => e.Key, StringComparer.Ordinal)
        from entry in ListOf(project.Name, environment.Key, environment.Value)
        select entry;

    public static DomainEntry? Find(IEnumerable<Project> projects, string name) =>
        projects.SelectMany(List).FirstOrDefault(entry => entry.Name == name);

    /// <summary>
    /// Gives a name to an environment; one without any gets it as its primary name. What is so already stays so.
    /// </summary>
    /// <param name="all">All projects, <paramref name="project"/> among them.</param>
    /// <param name="project">Whose it becomes.</param>
    /// <param name="environment">The environment's name.</param>
    /// <param name="name">The domain.</param>
    /// <param name="redirectTo">A domain that the environment serves; empty: the name itself is served.</param>
    /// <exception cref="DomainException">AlreadyExists: it is somebody's; InvalidArgument: no domain, or no good target.</exception>
    public static Project Add(IEnumerable<Project> all, Project project, string environment, string name, string redirectTo)
    {
        ProjectRules.Domain(name, "name");
        var spec = project.EnvironmentOf(environment);
        var wanted = new DomainEntry
        {
            Name = name,
            Project = project.Name,
            Environment = environment,
            Server = spec.Server,
            RedirectTo = redirectTo,
            Primary = spec.Domain.Length == 0 ? redirectTo.Length == 0 : spec.Domain == name,
        };
        if (redirectTo.Length > 0)
            CheckTarget(project, environment, name, redirectTo);
        if (Find(all, name) is { } taken)
            return taken == wanted ? project : throw Taken(taken);

        return With(project, environment, redirectTo.Length > 0
            ? spec with { Redirects = new(spec.Redirects) { [name] = redirectTo } }
            : wanted.Primary ? spec with { Domain = name } : spec with { Aliases = [.. spec.Aliases, name] });
    }

    /// <exception cref="DomainException">NotFound; FailedPrecondition: it is a primary name, or others are redirected to it.</exception>
    public static Project Remove(IEnumerable<Project> all, string name)
    {
        var projects = all.ToList();
        ProjectRules.Domain(name, "name");
        var entry = Find(projects, name)
            ?? throw DomainException.NotFound($"no environment has the domain '{NameRule.Shown(name)}'; 'we domain list' shows those that there are");
        if (entry.Primary)
        {
            throw DomainException.Precondition(
                $"{name} is the primary domain of {entry.Project}/{entry.Environment} and goes only with that environment");
        }

        var project = projects.Find(p => p.Name == entry.Project)!;
        var spec = project.Environments[entry.Environment];
        var redirected = spec.Redirects.Where(r => r.Value == name).Select(r => r.Key).Order(StringComparer.Ordinal).ToList();
        if (redirected.Count > 0)
            throw DomainException.Precondition($"{string.Join(", ", redirected)} {(redirected.Count == 1 ? "is" : "are")} redirected to {name}; remove that first");
        return With(project, entry.Environment, spec with
        {
            Aliases = [.. spec.Aliases.Where(alias => alias != name)],
            Redirects = spec.Redirects.Where(r => r.Key != name).ToDictionary(),
        });
    }

    /// <exception cref="DomainException">AlreadyExists: one of the project's names is another's, or stands there twice.</exception>
    public static void RefuseTaken(IEnumerable<Project> others, Project project)
    {
        var names = new Dictionary<string, DomainEntry>();
        foreach (var entry in others.SelectMany(List))
            names.TryAdd(entry.Name, entry);
        foreach (var entry in List(project))
        {
            if (!names.TryAdd(entry.Name, entry))
            {
                var other = names[entry.Name];
                throw DomainException.AlreadyExists(
                    $"domain {entry.Name} is given to {other.Project}/{other.Environment} and {entry.Project}/{entry.Environment}; one of them needs another");
            }
        }
    }

    private static IEnumerable<DomainEntry> ListOf(string project, string environment, EnvironmentSpec spec)
    {
        DomainEntry Entry(string name) => new() { Name = name, Project = project, Environment = environment, Server = spec.Server };

        if (spec.Domain.Length > 0)
            yield return Entry(spec.Domain) with { Primary = true };
        foreach (var alias in spec.Aliases)
            yield return Entry(alias);
        foreach (var (name, to) in spec.Redirects.OrderBy(r => r.Key, StringComparer.Ordinal))
            yield return Entry(name) with { RedirectTo = to };
    }

    private static void CheckTarget(Project project, string environment, string name, string redirectTo)
    {
        ProjectRules.Domain(redirectTo, "redirect_to");
        var served = ListOf(project.Name, environment, project.EnvironmentOf(environment)).Where(e => e.RedirectTo.Length == 0 && e.Name != name).ToList();
        if (!served.Exists(e => e.Name == redirectTo))
        {
            throw DomainException.Invalid(
                "redirect_to",
                $"'{NameRule.Shown(redirectTo)}' is not served by {project.Name}/{environment}; "
                + (served.Count == 0 ? "it has no domain yet, give it one first" : $"choose one of {string.Join(", ", served.Select(e => e.Name))}"));
        }
    }

    private static DomainException Taken(DomainEntry entry) => DomainException.AlreadyExists(
        $"{entry.Name} belongs to {entry.Project}/{entry.Environment}"
        + (entry.Primary ? " as its primary domain" : entry.RedirectTo.Length > 0 ? $", redirected to {entry.RedirectTo}" : "")
        + (entry.Primary ? "" : $"; take it away first ('we domain remove {entry.Name}')"));

    private static Project With(Project project, string environment, EnvironmentSpec spec) =>
        project with { Environments = new(project.Environments) { [environment] = spec } };
}
