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
    Task<Project> CreateProjectAsync(Project project);

    /// <summary>Changes how the next deploys start and check the project's containers, and what its backups hold. NOT_FOUND if there is none of that name.</summary>
    Task<Project> UpdateProjectAsync(string name, ProjectChange change);

    /// <summary>NOT_FOUND if there is none of that name.</summary>
    [AlwaysInterleave]
    Task<Project> GetProjectAsync(string name);

    [AlwaysInterleave]
    Task<List<Project>> ListProjectsAsync();

    Task RemoveProjectAsync(string name);
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
