namespace CodeB.Domain.Projects;

/// <summary>The configuration on a server that belongs to a project (seed 002: env, compose, monitoring).</summary>
[GenerateSerializer]
[Alias("codeb.ConfigSpec")]
public sealed record ConfigSpec
{
    /// <summary>Where the paths are; empty: on the environment's own server.</summary>
    [Id(0)]
    public string Server { get; init; } = "";

    [Id(1)]
    public List<ConfigPath> Paths { get; init; } = [];
}

/// <summary>One file or folder, with everything below it.</summary>
[GenerateSerializer]
[Alias("codeb.ConfigPath")]
public sealed record ConfigPath
{
    /// <summary>Absolute and normal: /etc/containers.</summary>
    [Id(0)]
    public string Path { get; init; } = "";

    /// <summary>Whether a backup goes on without it where it is missing.</summary>
    [Id(1)]
    public bool Optional { get; init; }
}
