using CodeB.Domain.Domains;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Ports;
using CodeB.Domain.Projects;
using CodeB.Domain.Registry;
using CodeB.Domain.Servers;
using CodeB.Grains.Abstractions.Registry;
using Microsoft.Extensions.Logging;

namespace CodeB.Grains.Registry;

internal sealed partial class RegistryGrain(
    [PersistentState("registry")] IPersistentState<RegistryState> state, IRegistryMarks marks, TimeProvider time, ILogger<RegistryGrain> logger)
    : Grain, IRegistryGrain
{
    async Task IRegistryGrain.AddServerAsync(Server server)
    {
        ServerRules.Check(server);
        if (state.State.Servers.ContainsKey(server.Name))
            throw DomainException.AlreadyExists($"a server named {server.Name} is registered; choose another name or remove it first (we server remove {server.Name})");
        await ChangeAsync(s => s with { Servers = With(s.Servers, server.Name, server with { AddedAt = time.GetUtcNow() }) });
    }

    async Task IRegistryGrain.RemoveServerAsync(string name)
    {
        Find(state.State.Servers, name, "server");
        var users = state.State.Projects.Values.Where(p => ServersOf(p).Contains(name)).Select(p => p.Name).Order(StringComparer.Ordinal).ToList();
        if (users.Count > 0)
            throw DomainException.Precondition($"server {name} is used by {string.Join(", ", users)}; remove or move those projects first");
        await ChangeAsync(s => s with { Servers = Without(s.Servers, name) });
    }

    Task<Server> IRegistryGrain.GetServerAsync(string name) => Task.FromResult(Find(state.State.Servers, name, "server"));

    Task<List<Server>> IRegistryGrain.ListServersAsync() => Task.FromResult(Sorted(state.State.Servers));

    async Task<Project> IRegistryGrain.CreateProjectAsync(Project project, Allotment? how)
    {
        ProjectRules.Check(project);
        if (state.State.Projects.ContainsKey(project.Name))
            throw DomainException.AlreadyExists($"a project named {project.Name} exists already");
        if (project.BackupServer.Length == 0)
            project = project with { BackupServer = OnlyBackupServer() };
        foreach (var server in ServersOf(project))
            Find(state.State.Servers, server, "server");
        if (project.Database is { } database
            && state.State.Projects.Values.FirstOrDefault(p => p.Database == database) is { } owner)
        {
            throw DomainException.AlreadyExists($"database {database.Name} on {database.Server} belongs to project {owner.Name}");
        }

        DomainBook.RefuseTaken(state.State.Projects.Values, project);
        RegistryCopies.RefuseShared(state.State.Projects.Values, project);
        var created = WithPorts(project, how ?? new Allotment()) with { CreatedAt = time.GetUtcNow() };
        if (how is { DryRun: true })
            return created;
        await ChangeAsync(s => s with { Projects = With(s.Projects, created.Name, created) });
        return created;
    }

    async Task<Project> IRegistryGrain.UpdateProjectAsync(string name, ProjectChange change)
    {
        var project = Find(state.State.Projects, name, "project");
        var changed = ProjectRules.Check(project with
        {
            ImageRepository = change.ImageRepository ?? project.ImageRepository,
            Container = change.Container ?? project.Container,
            Health = change.Health ?? project.Health,
            HealthPath = change.HealthPath ?? project.HealthPath,
            Config = change.Config is { Paths.Count: 0 } ? null : change.Config ?? project.Config,
        });
        foreach (var server in ServersOf(changed))
            Find(state.State.Servers, server, "server");
        await ChangeAsync(s => s with { Projects = With(s.Projects, name, changed) });
        return changed;
    }

    Task<Project> IRegistryGrain.GetProjectAsync(string name) => Task.FromResult(Find(state.State.Projects, name, "project"));

    Task<List<Project>> IRegistryGrain.ListProjectsAsync() => Task.FromResult(Sorted(state.State.Projects));

    async Task IRegistryGrain.RemoveProjectAsync(string name)
    {
        Find(state.State.Projects, name, "project");
        await ChangeAsync(s => s with { Projects = Without(s.Projects, name) });
    }

    private string OnlyBackupServer()
    {
        var servers = state.State.Servers.Values.Where(s => s.Role == ServerRole.Backup).Select(s => s.Name).ToList();
        return servers.Count == 1
            ? servers[0]
            : throw DomainException.Invalid("backup_server", servers.Count == 0
                ? "is empty, and no server has the role backup; register one (we server add)"
                : $"is empty, and several servers have the role backup; name one of {string.Join(", ", servers.Order(StringComparer.Ordinal))}");
    }

    /// <summary>Two free ports for each environment on its server.</summary>
    private Project WithPorts(Project project, Allotment how)
    {
        var environments = new Dictionary<string, EnvironmentSpec>();
        foreach (var (name, environment) in project.Environments.OrderBy(e => e.Key, StringComparer.Ordinal))
            environments[name] = WithPorts(name, environment, environments.Values, how);
        return project with { Environments = environments };
    }

    private EnvironmentSpec WithPorts(string name, EnvironmentSpec environment, IEnumerable<EnvironmentSpec> further, Allotment how)
    {
        var used = state.State.Projects.Values.SelectMany(p => p.Environments.Values)
            .Concat(further)
            .Where(e => e.Server == environment.Server)
            .SelectMany(e => new[] { e.BluePort, e.GreenPort })
            .Concat(state.State.ReservedPorts.GetValueOrDefault(environment.Server, []))
            .Concat(how.Listening.GetValueOrDefault(environment.Server, []))
            .ToHashSet();
        var ports = PortAllocator.Allocate(PortRange.For(name), used);
        return environment with { BluePort = ports.Blue, GreenPort = ports.Green };
    }

    Task<List<int>> IRegistryGrain.ReservedPortsAsync(string server) =>
        Task.FromResult(state.State.ReservedPorts.GetValueOrDefault(server, []).ToList());

    private static IEnumerable<string> ServersOf(Project project)
    {
        var servers = project.Environments.Values.Select(e => e.Server).Append(project.BackupServer);
        if (project.Database is { } database)
            servers = servers.Append(database.Server);
        if (project.Redis is { } redis)
            servers = servers.Append(redis.Server);
        if (project.Config is { Server.Length: > 0 } config)
            servers = servers.Append(config.Server);
        return servers.Distinct();
    }

    private static T Find<T>(Dictionary<string, T> all, string name, string what) =>
        all.TryGetValue(name, out var found)
            ? found
            : throw DomainException.NotFound(all.Count == 0
                ? $"there is no {what} named '{NameRule.Shown(name)}'; none is registered yet"
                : $"there is no {what} named '{NameRule.Shown(name)}'; there are {string.Join(", ", all.Keys.Order(StringComparer.Ordinal).Take(20))}");

    private static Dictionary<string, T> With<T>(Dictionary<string, T> all, string name, T value) => new(all) { [name] = value };

    private static Dictionary<string, T> Without<T>(Dictionary<string, T> all, string name) =>
        all.Where(e => e.Key != name).ToDictionary();

    private static List<T> Sorted<T>(Dictionary<string, T> all) => [.. all.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => e.Value)];
}
