using CodeB.Domain.Domains;
using CodeB.Domain.Errors;
using CodeB.Domain.Projects;
using CodeB.Domain.Servers;
using CodeB.Domain.Slots;

namespace CodeB.Domain.Registry;

/// <summary>What the app servers' copies of the registry hold (seed 004 section 3, "레지스트리 구조").</summary>
public static class RegistryCopies
{
    public const string Ssot = "ssot.json";

    /// <summary>The servers that keep a copy: those for applications, and those on which an environment runs.</summary>
    public static IReadOnlyList<string> Servers(IEnumerable<Server> servers, IEnumerable<Project> projects)
    {
        var used = projects.SelectMany(p => p.Environments.Values).Select(e => e.Server).ToHashSet();
        return [.. servers.Where(s => s.Role == ServerRole.Application || used.Contains(s.Name)).Select(s => s.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Files and containers are called {project}-{environment}: a-b/c and a/b-c would share theirs.
    /// </summary>
    /// <exception cref="DomainException">AlreadyExists: an environment's name would be another's.</exception>
    public static void RefuseShared(IEnumerable<Project> others, Project project)
    {
        var names = others.SelectMany(p => p.Environments.Keys, (p, e) => (p.Name, Environment: e))
            .GroupBy(e => $"{e.Name}-{e.Environment}").ToDictionary(g => g.Key, g => g.First());
        foreach (var environment in project.Environments.Keys)
        {
            if (names.TryGetValue($"{project.Name}-{environment}", out var other))
            {
                throw DomainException.AlreadyExists(
                    $"{project.Name}/{environment} and {other.Name}/{other.Environment} would share the name {project.Name}-{environment} on their server; one of them needs another");
            }
        }
    }

    public static string SlotPath(string project, string environment) => $"slots/{project}-{environment}.json";

    public static string DomainPath(string project) => $"domains/{project}.json";

    /// <summary>
    /// One server's files by their path: all servers and projects in ssot.json, the slots and domains of what runs there.
    /// </summary>
    /// <param name="server">The server that keeps the copy.</param>
    /// <param name="servers">All of them.</param>
    /// <param name="projects">All of them.</param>
    /// <param name="reserved">Ports of this server that something else uses.</param>
    /// <param name="pairs">The slot pairs of the environments that run there.</param>
    public static IReadOnlyDictionary<string, string> Files(
        string server, IReadOnlyCollection<Server> servers, IReadOnlyCollection<Project> projects, IEnumerable<int> reserved, IEnumerable<SlotPair> pairs)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Ssot] = new SsotDocument
            {
                Servers = servers.ToDictionary(s => s.Name, s => new SsotServer(s.Address, s.Role)),
                Projects = projects.ToDictionary(p => p.Name, Entry),
                UsedPorts = [.. PortsOn(server, projects).Concat(reserved)],
            }.ToJson(),
        };
        foreach (var pair in pairs)
        {
            var team = projects.FirstOrDefault(p => p.Name == pair.Project)?.Team ?? SlotDocument.DefaultTeam;
            files[SlotPath(pair.Project, pair.Environment)] = new SlotDocument(pair, team).ToJson();
        }

        foreach (var project in projects)
        {
            var domains = DomainBook.List(project).Where(entry => entry.Server == server).ToList();
            if (domains.Count > 0)
                files[DomainPath(project.Name)] = new DomainsDocument(project.Name, domains).ToJson();
        }

        return files;
    }

    /// <summary>Every port that an environment on the server has.</summary>
    public static IEnumerable<int> PortsOn(string server, IEnumerable<Project> projects) =>
        projects.SelectMany(p => p.Environments.Values).Where(e => e.Server == server).SelectMany(e => new[] { e.BluePort, e.GreenPort });

    private static SsotProject Entry(Project project) => new(
        project.Environments.ToDictionary(e => e.Key, e => new SsotPorts(e.Value.BluePort, e.Value.GreenPort, e.Value.Server)),
        project.Database,
        project.Redis,
        project.BackupServer,
        project.HealthPath);
}
