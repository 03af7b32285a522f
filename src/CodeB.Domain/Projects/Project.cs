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
    [Id(10)]
    public HealthSettings Health { get; init; } = new();

    /// <summary>Null where the project names no configuration to be kept.</summary>
    [Id(20)]
    public ConfigSpec? Config { get; init; }

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

    /// <summary>Further names that it is served under.</summary>
    [Id(4)]
    public List<string> Aliases { get; init; } = [];

    /// <summary>Names that are answered with a redirect: from the name to one of the environment's own.</summary>
    [Id(5)]
    public Dictionary<string, string> Redirects { get; init; } = [];

    /// <summary>Of a preview: the branch it is for; empty otherwise.</summary>
    [Id(6)]
    public string Branch { get; init; } = "";

    /// <summary>Of a preview: when it is removed; null otherwise.</summary>
    [Id(7)]
    public DateTimeOffset? ExpiresAt { get; init; }
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

    /// <summary>CPUs at most, such as 1.5; 0 for none.</summary>
    [Id(3)]
    public double Cpus { get; init; }

    /// <summary>Labels beside CodeB's own.</summary>
    [Id(4)]
    public Dictionary<string, string> Labels { get; init; } = [];

    /// <summary>Program and arguments that run in the new image before it gets traffic, such as a migration; empty for none.</summary>
    [Id(5)]
    public List<string> ReleaseCommand { get; init; } = [];
}

/// <summary>When a new container counts as healthy; the path is <see cref="Project.HealthPath"/>.</summary>
[GenerateSerializer]
[Alias("codeb.HealthSettings")]
public sealed record HealthSettings
{
    [Id(0)]
    public int ExpectedStatus { get; init; } = 200;

    /// <summary>Between two requests.</summary>
    [Id(1)]
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>For the whole gate; zero: the installation's default.</summary>
    [Id(2)]
    public TimeSpan Timeout { get; init; }

    /// <summary>Good answers in a row.</summary>
    [Id(3)]
    public int Successes { get; init; } = 2;
}
