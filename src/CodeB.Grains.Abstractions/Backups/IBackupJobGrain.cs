using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Operations;
using Orleans.Concurrency;

namespace CodeB.Grains.Abstractions.Backups;

/// <summary>Key <c>worb/manual</c>: one backup job of a project, its runs and its last success.</summary>
public interface IBackupJobGrain : IOperationOwner
{
    /// <summary>The job that a person's or a pipeline's own call runs.</summary>
    const string Manual = "manual";

    /// <summary>Starts a run. Returns the started operation; asked again for the same operation, the one that it started then.</summary>
    Task<Operation> RunAsync(BackupCommand command);

    /// <summary>The run that was started for an operation (<see cref="BackupCommand.For"/>); null if none was.</summary>
    [AlwaysInterleave]
    Task<Operation?> FindRunAsync(string operationId);

    /// <summary>The dry run: what each step finds and would do. Touches nothing.</summary>
    Task<List<PlanFinding>> PlanAsync(BackupCommand command);

    /// <summary>When the last run that succeeded ended; null if none has.</summary>
    [AlwaysInterleave]
    Task<DateTimeOffset?> LastSuccessAsync();
}

/// <summary>Key <c>worb</c>: the restores of one project's data.</summary>
public interface IRestoreGrain : IOperationOwner
{
    /// <summary>
    /// Keeps restores of the project's data away until that operation has ended; asked again by the same one it changes nothing.
    /// FAILED_PRECONDITION while a restore runs or another unfinished operation has the data.
    /// </summary>
    Task ReserveAsync(string operationId);

    /// <summary>What would stand in the way of <see cref="ReserveAsync"/>: an operation's id; empty if nothing does.</summary>
    [AlwaysInterleave]
    Task<string> BusyWithAsync();

    /// <summary>Starts a restore. Returns the started operation.</summary>
    Task<Operation> RestoreAsync(RestoreCommand command);

    /// <summary>The dry run: what each step finds and would do. Touches nothing.</summary>
    Task<List<PlanFinding>> PlanAsync(RestoreCommand command);

    /// <summary>What a restore would change, path by path, of the components that can say so. Touches nothing.</summary>
    [AlwaysInterleave]
    Task<RestorePreview> PreviewAsync(RestoreCommand command);
}

[GenerateSerializer]
[Alias("codeb.RestorePreview")]
public sealed record RestorePreview
{
    [Id(0)]
    public string Set { get; init; } = "";

    /// <summary>In the order of the paths, as many as an answer holds.</summary>
    [Id(1)]
    public List<RestoreDifference> Differences { get; init; } = [];

    /// <summary>How many more there are.</summary>
    [Id(2)]
    public int LeftOut { get; init; }
}

[GenerateSerializer]
[Alias("codeb.RestoreDifference")]
public sealed record RestoreDifference
{
    [Id(0)]
    public string Component { get; init; } = "";

    [Id(1)]
    public string Path { get; init; } = "";

    /// <summary>One line: what would change.</summary>
    [Id(2)]
    public string What { get; init; } = "";

    /// <summary>A unified diff from live to set of texts, without the values of the ENV; empty for other files.</summary>
    [Id(3)]
    public string Diff { get; init; } = "";
}

[GenerateSerializer]
[Alias("codeb.BackupCommand")]
public sealed record BackupCommand
{
    [Id(0)]
    public string Environment { get; init; } = "";

    /// <summary>Empty: all that the project has.</summary>
    [Id(1)]
    public List<string> Components { get; init; } = [];

    [Id(2)]
    public string StartedBy { get; init; } = "";

    /// <summary>The operation that needs the set and asks again after a restart; empty for a person's call.</summary>
    [Id(3)]
    public string For { get; init; } = "";

    /// <summary>A line for the set's manifest: why it was taken and who refers to it. Empty for none.</summary>
    [Id(4)]
    public string Note { get; init; } = "";
}

[GenerateSerializer]
[Alias("codeb.RestoreCommand")]
public sealed record RestoreCommand
{
    [Id(0)]
    public string Environment { get; init; } = "";

    /// <summary>An id, or <c>latest</c>.</summary>
    [Id(1)]
    public string Set { get; init; } = "";

    /// <summary>Empty: all that the set holds.</summary>
    [Id(2)]
    public List<string> Components { get; init; } = [];

    [Id(3)]
    public string StartedBy { get; init; } = "";
}
