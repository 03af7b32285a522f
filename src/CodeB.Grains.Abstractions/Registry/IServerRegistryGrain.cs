using Orleans.Concurrency;

namespace CodeB.Grains.Abstractions.Registry;

/// <summary>
/// Key: an app server's name. That server's copy of the registry (ssot.json, slots/*.json, domains/*.json) and the names that
/// it answers to, kept in step with the registry: whoever changes something says so, and this grain writes what differs,
/// again and again until the server has it, over restarts too.
/// </summary>
public interface IServerRegistryGrain : IGrainWithStringKey
{
    /// <summary>Something that the server has a copy of has changed. Returns when that is noted, not when the server has it.</summary>
    [AlwaysInterleave]
    Task MarkAsync();

    /// <summary>Notes a change and waits until the server has it, or could not be told; it is tried again by itself then.</summary>
    [AlwaysInterleave]
    Task<ExportState> FlushAsync();

    [AlwaysInterleave]
    Task<ExportState> GetAsync();

    /// <summary>The files as they are exported, whatever the server has.</summary>
    [AlwaysInterleave]
    Task<List<RegistryFile>> FilesAsync();

    /// <summary>Where the server disagrees with the registry. A server that is away is such a place, and not an error.</summary>
    Task<List<RegistryDrift>> CheckAsync(CheckCommand command);
}

[GenerateSerializer]
[Alias("codeb.CheckCommand")]
public sealed record CheckCommand
{
    /// <summary>Empty: all projects.</summary>
    [Id(0)]
    public string Project { get; init; } = "";

    /// <summary>Mend what can be mended without touching what serves.</summary>
    [Id(1)]
    public bool Repair { get; init; }
}

/// <summary>One place where a server disagrees with the registry.</summary>
[GenerateSerializer]
[Alias("codeb.RegistryDrift")]
public sealed record RegistryDrift
{
    /// <summary>Such as worb/production blue, or domains/worb.json.</summary>
    [Id(0)]
    public string Subject { get; init; } = "";

    [Id(1)]
    public string Message { get; init; } = "";

    [Id(2)]
    public bool Repairable { get; init; }

    [Id(3)]
    public bool Repaired { get; init; }

    /// <summary>What to do by hand where it is not repairable, or why mending failed.</summary>
    [Id(4)]
    public string Advice { get; init; } = "";
}

/// <summary>How far a server's copy is.</summary>
[GenerateSerializer]
[Alias("codeb.ExportState")]
public sealed record ExportState
{
    /// <summary>There is something that the server does not have yet.</summary>
    [Id(0)]
    public bool Pending { get; init; }

    /// <summary>Why the last attempt failed; empty where it did not.</summary>
    [Id(1)]
    public string Error { get; init; } = "";

    [Id(2)]
    public DateTimeOffset? ExportedAt { get; init; }

    /// <summary>Paths that CodeB has written into the folder, and may remove.</summary>
    [Id(3)]
    public List<string> Written { get; init; } = [];

    /// <summary>SHA-256 of a ssot.json that somebody else wrote and that was imported: it may be replaced.</summary>
    [Id(4)]
    public string TakenOver { get; init; } = "";
}

[GenerateSerializer]
[Alias("codeb.RegistryFile")]
public sealed record RegistryFile
{
    /// <summary>Relative to the registry's folder, such as slots/worb-production.json.</summary>
    [Id(0)]
    public string Path { get; init; } = "";

    [Id(1)]
    public string Content { get; init; } = "";
}
