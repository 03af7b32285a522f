using CodeB.Domain.Domains;
using CodeB.Domain.Errors;
using CodeB.Domain.Previews;
using CodeB.Domain.Projects;
using CodeB.Domain.Registry;
using CodeB.Grains.Abstractions.Registry;

namespace CodeB.Grains.Registry;

/// <summary>Environments that come and go with a branch.</summary>
internal sealed partial class RegistryGrain
{
    async Task<EnvironmentSpec> IRegistryGrain.PutPreviewAsync(string project, string environment, EnvironmentSpec preview, Allotment how)
    {
        var before = Find(state.State.Projects, project, "project");
        var put = before.Environments.TryGetValue(environment, out var existing)
            ? Extended(project, environment, existing, preview)
            : NewPreview(before, environment, preview, how);
        var after = before with { Environments = new(before.Environments) { [environment] = put } };
        DomainBook.RefuseTaken(state.State.Projects.Values.Where(p => p.Name != project), ProjectRules.Check(after));
        RegistryCopies.RefuseShared(state.State.Projects.Values.Where(p => p.Name != project), after);
        if (!how.DryRun && put != existing)
            await ChangeAsync(s => s with { Projects = With(s.Projects, project, after) });
        return put;
    }

    async Task IRegistryGrain.RemoveEnvironmentAsync(string project, string environment)
    {
        if (!state.State.Projects.TryGetValue(project, out var before) || !before.Environments.ContainsKey(environment))
            return;
        if (before.Environments.Count == 1)
            throw DomainException.Precondition($"{environment} is the only environment of project {project}; remove the project instead ('we project remove {project}')");
        await ChangeAsync(s => s with { Projects = With(s.Projects, project, before with { Environments = Without(before.Environments, environment) }) });
    }

    private EnvironmentSpec NewPreview(Project project, string environment, EnvironmentSpec asked, Allotment how)
    {
        var server = asked.Server.Length > 0 ? asked.Server : PreviewRules.ServerOf(project);
        Find(state.State.Servers, server, "server");
        var preview = new EnvironmentSpec
        {
            Server = server,
            Domain = asked.Domain.Length > 0 ? asked.Domain : PreviewRules.DomainOf(project, environment),
            Branch = asked.Branch,
            ExpiresAt = asked.ExpiresAt,
        };
        return WithPorts(environment, preview, [], how);
    }

    private static EnvironmentSpec Extended(string project, string name, EnvironmentSpec existing, EnvironmentSpec asked)
    {
        if (existing.Branch != asked.Branch)
        {
            throw DomainException.AlreadyExists(existing.Branch.Length == 0
                ? $"{project}/{name} is an environment that belongs to no branch; a preview of {asked.Branch} would take its name"
                : $"{project}/{name} is the preview of branch {existing.Branch}");
        }

        if (asked.Server.Length > 0 && asked.Server != existing.Server)
            throw DomainException.Invalid("server", $"{project}/{name} runs on {existing.Server}; remove the preview first to move it to {asked.Server}");
        if (asked.Domain.Length > 0 && asked.Domain != existing.Domain)
            throw DomainException.Invalid("domain", $"{project}/{name} has the domain {existing.Domain}; add {asked.Domain} with 'we domain add {project} {asked.Domain} -e {name}'");
        return asked.ExpiresAt > existing.ExpiresAt ? existing with { ExpiresAt = asked.ExpiresAt } : existing;
    }
}
