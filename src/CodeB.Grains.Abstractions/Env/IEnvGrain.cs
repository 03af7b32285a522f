using Orleans.Concurrency;

namespace CodeB.Grains.Abstractions.Env;

/// <summary>Key <c>worb/production</c>: the versions of one environment's ENV. Kept encrypted; values leave it in clear.</summary>
public interface IEnvGrain : IGrainWithStringKey
{
    /// <summary>The newest version; version 0 with no text if none was set yet.</summary>
    [AlwaysInterleave]
    Task<EnvVersion> GetAsync();

    /// <summary>Makes a new version if something changes, and returns the newest.</summary>
    Task<EnvVersion> ChangeAsync(EnvChange change);
}

[GenerateSerializer]
[Alias("codeb.EnvVersion")]
public sealed record EnvVersion
{
    /// <summary>Counts up from 1.</summary>
    [Id(0)]
    public int Version { get; init; }

    [Id(1)]
    public DateTimeOffset ChangedAt { get; init; }

    [Id(2)]
    public string ChangedBy { get; init; } = "";

    /// <summary>The dotenv text in clear: a secret.</summary>
    [Id(3)]
    public string Text { get; init; } = "";

    /// <summary>Keeps the text out of logs and debuggers.</summary>
    public override string ToString() => $"ENV version {Version}";
}

[GenerateSerializer]
[Alias("codeb.EnvChange")]
public sealed record EnvChange
{
    [Id(0)]
    public Dictionary<string, string> Set { get; init; } = [];

    [Id(1)]
    public List<string> Unset { get; init; } = [];

    /// <summary>The whole dotenv text instead; null to change single variables.</summary>
    [Id(2)]
    public string? ReplaceWith { get; init; }

    [Id(3)]
    public string ChangedBy { get; init; } = "";

    public override string ToString() => $"ENV change by {ChangedBy}";
}
