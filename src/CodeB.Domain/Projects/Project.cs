using CodeB.Domain.Errors;

namespace CodeB.Domain.Projects;

/// <summary>A project as the registry keeps it (seed 004 section 3).</summary>
public sealed record Project
{
    public const string DefaultHealthPath = "/health";

    public string Name { get; init; } = "";
    public string Team { get; init; } = "default";

    /// <summary>Null where the project has none.</summary>
    public DatabaseSpec? Database { get; init; }

    /// <summary>Null where the project has none.</summary>
    public RedisSpec? Redis { get; init; }

    /// <summary>The server that keeps the backup sets.</summary>
    public string BackupServer { get; init; } = "";

    /// <summary>An image without its tag, such as localhost/worb; empty: a deploy names its image.</summary>
    public string ImageRepository { get; init; } = "";
    public string HealthPath { get; init; } = DefaultHealthPath;
    public ContainerSettings Container { get; init; } = new();

    /// <summary>By the environment's name.</summary>
    public Dictionary<string, EnvironmentSpec> Environments { get; init; } = [];
    public DateTimeOffset CreatedAt { get; init; }

    /// <exception cref="DomainException">NotFound, naming the environments that there are.</exception>
    public EnvironmentSpec EnvironmentOf(string name) =>
        Environments.TryGetValue(name, out var environment)
            ? environment
            : throw DomainException.NotFound(
                $"project {Name} has no environment '{Naming.NameRule.Shown(name)}'; it has {string.Join(", ", Environments.Keys.Order(StringComparer.Ordinal))}");
}

public sealed record DatabaseSpec
{
    public string Server { get; init; } = "";
    public string Name { get; init; } = "";
}

public sealed record RedisSpec
{
    public string Server { get; init; } = "";
}

/// <summary>One environment of a project: where it runs and how it is reached.</summary>
public sealed record EnvironmentSpec
{
    public string Server { get; init; } = "";
    public int BluePort { get; init; }
    public int GreenPort { get; init; }

    /// <summary>The host name under which Caddy serves it.</summary>
    public string Domain { get; init; } = "";
}

/// <summary>How a project's containers are started.</summary>
public sealed record ContainerSettings
{
    /// <summary>The port on which the application listens inside its container; it also finds it in the variable PORT.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Limit in MiB; 0 for none.</summary>
    public int MemoryMegabytes { get; init; }

    /// <summary>Seconds that a container gets to end by itself before it is killed.</summary>
    public int StopSeconds { get; init; } = 10;
}
