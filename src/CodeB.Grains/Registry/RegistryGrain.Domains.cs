using CodeB.Domain.Domains;
using CodeB.Grains.Abstractions.Registry;

namespace CodeB.Grains.Registry;

/// <summary>The names under which environments are served.</summary>
internal sealed partial class RegistryGrain
{
    async Task<DomainEntry> IRegistryGrain.AddDomainAsync(string project, string environment, string name, string redirectTo, bool dryRun)
    {
        var before = Find(state.State.Projects, project, "project");
        var after = DomainBook.Add(state.State.Projects.Values, before, environment, name, redirectTo);
        if (!dryRun && !ReferenceEquals(after, before))
            await ChangeAsync(s => s with { Projects = With(s.Projects, project, after) });
        return DomainBook.Find([after], name)!;
    }

    async Task<DomainEntry> IRegistryGrain.RemoveDomainAsync(string name, bool dryRun)
    {
        var after = DomainBook.Remove(state.State.Projects.Values, name);
        var entry = DomainBook.Find(state.State.Projects.Values, name)!;
        if (!dryRun)
            await ChangeAsync(s => s with { Projects = With(s.Projects, after.Name, after) });
        return entry;
    }

    Task<List<DomainEntry>> IRegistryGrain.ListDomainsAsync(string project) => Task.FromResult<List<DomainEntry>>(
        project.Length > 0
            ? [.. DomainBook.List(Find(state.State.Projects, project, "project"))]
            : [.. Sorted(state.State.Projects).SelectMany(DomainBook.List)]);
}
