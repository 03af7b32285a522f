using CodeB.Domain.Errors;

namespace CodeB.Domain.Projects;

/// <summary>A project as the registry keeps it (seed 004 section 3).</summary>
[GenerateSerializer]
[Alias("codeb.Project")]
public sealed record Project
{
    public const string DefaultHealthPath = "/health";

    [Id(0)]
    public string Name { get; init; } = "";
    [Id(1)]
    public string Team { get; init; } = "default";

    /// <summary>Null where the project has none.</summary>
    [Id(2)]
    public DatabaseSpec? Database { get; init; }

    /// <summary>Null where the project has none.</summary>
    [Id(3)]
    public RedisSpec? Redis { get; init; }

    /// <summary>The server that keeps the backup sets.</summary>
    [Id(4)]
    public string BackupServer { get; init; } = "";

    /// <summary>An image without its tag, such as localhost/worb; empty: a deploy names its image.</summary>
    [Id(5)]
    public string ImageRepository { get; init; } = "";
    [Id(6)]
    public string HealthPath { get; init; } = DefaultHealthPath;
    [Id(7)]
    public ContainerSettings Container { get; init; } = new();

    /// <summary>By the environment's name.</summary>
    [Id(8)]
    public Dictionary<string, EnvironmentSpec> Environments { get; init; } = [];
    [Id(9)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <exception cref="DomainException">NotFound, naming the environments that there are.</exception>
    public EnvironmentSpec EnvironmentOf(string name) =>
        Environments.TryGetValue(name, out var environment)
            ? environment
            : throw DomainException.NotFound(
                $"project {Name} has no environment '{Naming.NameRule.Shown(name)}'; it has {string.Join(", ", Environments.Keys.Order(StringComparer.Ordinal))}");
}

[GenerateSerializer]
[Alias("codeb.DatabaseSpec")]
public sealed record DatabaseSpec
{
    [Id(0)]
    public string Server { get; init; } = "";
    [Id(1)]
    public string Name { get; init; } = "";
}

[GenerateSerializer]
[Alias("codeb.RedisSpec")]
public sealed record RedisSpec
{
    [Id(0)]
    public string Server { get; init; } = "";
}

/// <summary>One environment of a project: where it runs and how it is reached.</summary>
[GenerateSerializer]
[Alias("codeb.EnvironmentSpec")]
public sealed record EnvironmentSpec
{
    [Id(0)]
    public string Server { get; init; } = "";
    [Id(1)]
    public int BluePort { get; init; }
    [Id(2)]
    public int GreenPort { get; init; }

    /// <summary>The host name under which Caddy serves it.</summary>
    [Id(3)]
    public string Domain { get; init; } = "";
}

/// <summary>How a project's containers are started.</summary>
[GenerateSerializer]
[Alias("codeb.ContainerSettings")]
public sealed record ContainerSettings
{
    /// <summary>
    /// The port on which the application listens in a network of its own; 0: it shares the server's network and listens on the
    /// PORT that it is told.
    /// </summary>
    [Id(0)]
    public int Port { get; init; }

    /// <summary>Limit in MiB; 0 for none.</summary>
    [Id(1)]
    public int MemoryMegabytes { get; init; }

    /// <summary>Seconds that a container gets to end by itself before it is killed.</summary>
    [Id(2)]
    public int StopSeconds { get; init; } = 10;
}
