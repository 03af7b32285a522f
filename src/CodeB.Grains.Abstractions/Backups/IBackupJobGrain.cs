using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Operations;
using Orleans.Concurrency;

namespace CodeB.Grains.Abstractions.Backups;

/// <summary>Key <c>worb/manual</c>: one backup job of a project, its runs and its last success.</summary>
public interface IBackupJobGrain : IOperationOwner
{
    /// <summary>The job that a person's or a pipeline's own call runs.</summary>
    const string Manual = "manual";

    /// <summary>Starts a run. Returns the started operation.</summary>
    Task<Operation> RunAsync(BackupCommand command);

    /// <summary>The dry run: what each step finds and would do. Touches nothing.</summary>
    Task<List<PlanFinding>> PlanAsync(BackupCommand command);

    /// <summary>When the last run that succeeded ended; null if none has.</summary>
    [AlwaysInterleave]
    Task<DateTimeOffset?> LastSuccessAsync();
}

/// <summary>Key <c>worb</c>: the restores of one project's data.</summary>
public interface IRestoreGrain : IOperationOwner
{
    /// <summary>Starts a restore. Returns the started operation.</summary>
    Task<Operation> RestoreAsync(RestoreCommand command);

    /// <summary>The dry run: what each step finds and would do. Touches nothing.</summary>
    Task<List<PlanFinding>> PlanAsync(RestoreCommand command);
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
