using CodeB.Domain.Domains;
using CodeB.Domain.Projects;
using CodeB.Domain.Servers;
using Orleans.Concurrency;

namespace CodeB.Grains.Abstractions.Registry;

/// <summary>Key <c>ssot</c>: the single source of truth about servers, projects, ports and domains.</summary>
public interface IRegistryGrain : IGrainWithStringKey
{
    const string Key = "ssot";

    /// <summary>ALREADY_EXISTS if another server has the name.</summary>
    Task AddServerAsync(Server server);

    /// <summary>FAILED_PRECONDITION, naming the projects, while one uses it.</summary>
    Task RemoveServerAsync(string name);

    /// <summary>NOT_FOUND, naming the servers that there are.</summary>
    [AlwaysInterleave]
    Task<Server> GetServerAsync(string name);

    [AlwaysInterleave]
    Task<List<Server>> ListServersAsync();

    /// <summary>
    /// Registers a project and allots two free ports for each environment, whatever ports the argument carries.
    /// </summary>
    Task<Project> CreateProjectAsync(Project project, Allotment? how = null);

    /// <summary>Changes how the next deploys start and check the project's containers, and what its backups hold. NOT_FOUND if there is none of that name.</summary>
    Task<Project> UpdateProjectAsync(string name, ProjectChange change);

    /// <summary>NOT_FOUND if there is none of that name.</summary>
    [AlwaysInterleave]
    Task<Project> GetProjectAsync(string name);

    [AlwaysInterleave]
    Task<List<Project>> ListProjectsAsync();

    Task RemoveProjectAsync(string name);

    /// <summary>Gives a name to an environment, as <see cref="DomainBook.Add"/> says. The servers are told by <see cref="IServerRegistryGrain"/>.</summary>
    Task<DomainEntry> AddDomainAsync(string project, string environment, string name, string redirectTo, bool dryRun);

    /// <summary>Takes a name away, as <see cref="DomainBook.Remove"/> says, and returns what it was.</summary>
    Task<DomainEntry> RemoveDomainAsync(string name, bool dryRun);

    /// <summary>Those of one project, or of all where <paramref name="project"/> is empty.</summary>
    [AlwaysInterleave]
    Task<List<DomainEntry>> ListDomainsAsync(string project);

    /// <summary>
    /// Adds a preview with free ports, or extends the lifetime of the branch's preview; it is never shortened.
    /// ALREADY_EXISTS where an environment of that name is not the branch's.
    /// </summary>
    /// <param name="project">The project's name.</param>
    /// <param name="environment">From <see cref="Domain.Previews.PreviewName"/>.</param>
    /// <param name="preview">Branch and end; an empty server or domain is chosen.</param>
    /// <param name="how">What is known of the server's ports.</param>
    Task<EnvironmentSpec> PutPreviewAsync(string project, string environment, EnvironmentSpec preview, Allotment how);

    /// <summary>Ports of a server that something else than a project uses, as an imported registry said.</summary>
    [AlwaysInterleave]
    Task<List<int>> ReservedPortsAsync(string server);

    /// <summary>Forgets an environment and its ports; one that is not there is fine. Its slots are the caller's to empty first.</summary>
    Task RemoveEnvironmentAsync(string project, string environment);
}

/// <summary>How ports are allotted.</summary>
[GenerateSerializer]
[Alias("codeb.Allotment")]
public sealed record Allotment
{
    /// <summary>The TCP ports on which something listens, by the server's name: they are not given to anybody.</summary>
    [Id(0)]
    public Dictionary<string, List<int>> Listening { get; init; } = [];

    /// <summary>Checks and allots, and keeps nothing.</summary>
    [Id(1)]
    public bool DryRun { get; init; }
}

/// <summary>What of a project is to change; what is null stays as it is.</summary>
[GenerateSerializer]
[Alias("codeb.ProjectChange")]
public sealed record ProjectChange
{
    [Id(0)]
    public string? ImageRepository { get; init; }

    [Id(1)]
    public ContainerSettings? Container { get; init; }

    [Id(2)]
    public HealthSettings? Health { get; init; }

    [Id(3)]
    public string? HealthPath { get; init; }

    /// <summary>Without paths the project keeps no configuration any more.</summary>
    [Id(20)]
    public ConfigSpec? Config { get; init; }
}
