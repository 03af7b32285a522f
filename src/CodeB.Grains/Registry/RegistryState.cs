using CodeB.Domain.Projects;
using CodeB.Domain.Servers;

namespace CodeB.Grains.Registry;

/// <summary>Servers and projects by name.</summary>
[GenerateSerializer]
[Alias("codeb.RegistryState")]
public sealed record RegistryState
{
    [Id(0)]
    public Dictionary<string, Server> Servers { get; init; } = [];

    [Id(1)]
    public Dictionary<string, Project> Projects { get; init; } = [];

    /// <summary>Ports, by server, that an imported registry lists as used by something that is no project.</summary>
    [Id(2)]
    public Dictionary<string, List<int>> ReservedPorts { get; init; } = [];
}
