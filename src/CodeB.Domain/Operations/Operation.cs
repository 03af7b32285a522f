namespace CodeB.Domain.Operations;

/// <summary>Where an operation stands. Only <see cref="Running"/> and <see cref="Undoing"/> are unfinished.</summary>
public enum OperationState
{
    Running,

    /// <summary>A step failed or the operation was cancelled; its finished steps are being undone in reverse.</summary>
    Undoing,
    Succeeded,

    /// <summary>It failed or was cancelled, and everything it had done was undone.</summary>
    Undone,

    /// <summary>It failed, and <see cref="Operation.NotUndone"/> names what could not be undone.</summary>
    Failed,
}

public enum StepState
{
    Pending,
    Running,
    Done,

    /// <summary>Found already done before the operation had begun it, or not needed: not this operation's, so never undone.</summary>
    Skipped,
    Failed,
    Undoing,
    Undone,
    UndoFailed,
}

/// <summary>One step of an operation, as the journal keeps it.</summary>
[GenerateSerializer]
[Alias("codeb.StepRecord")]
public sealed record StepRecord
{
    [Id(0)]
    public string Name { get; init; } = "";
    [Id(1)]
    public StepState State { get; init; }
    [Id(2)]
    public DateTimeOffset? StartedAt { get; init; }
    [Id(3)]
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>One line for people: what the step did or found, or why it failed.</summary>
    [Id(4)]
    public string Detail { get; init; } = "";
    [Id(5)]
    public long BytesDone { get; init; }

    /// <summary>0 when the size is not known beforehand.</summary>
    [Id(6)]
    public long BytesTotal { get; init; }
}

/// <summary>
/// An operation and its journal: what is kept in the owning grain's state before and after each step, so that a process
/// killed at any point resumes or undoes. Strings and numbers only, so that every serializer keeps it whole.
/// </summary>
[GenerateSerializer]
[Alias("codeb.Operation")]
public sealed record Operation
{
    [Id(0)]
    public string Id { get; init; } = "";

    /// <summary>The runbook's name: deploy, promote, rollback, backup, restore, …</summary>
    [Id(1)]
    public string Kind { get; init; } = "";

    /// <summary>What it works on: worb/production, worb/daily, storage.</summary>
    [Id(2)]
    public string Target { get; init; } = "";
    [Id(3)]
    public string StartedBy { get; init; } = "";
    [Id(4)]
    public DateTimeOffset StartedAt { get; init; }
    [Id(5)]
    public DateTimeOffset? FinishedAt { get; init; }
    [Id(6)]
    public OperationState State { get; init; }

    /// <summary>The runbook's input as JSON, without secrets, from which a resumed operation is rebuilt.</summary>
    [Id(7)]
    public string Input { get; init; } = "{}";

    /// <summary>What steps found out and later steps or a resume need (a container's id, a set's id), without secrets.</summary>
    [Id(8)]
    public Dictionary<string, string> Facts { get; init; } = [];
    [Id(9)]
    public List<StepRecord> Steps { get; init; } = [];

    /// <summary>The first error: host, step and cause. Empty while there is none.</summary>
    [Id(10)]
    public string Error { get; init; } = "";

    /// <summary>The <see cref="Errors.ErrorCode"/> of <see cref="Error"/> by name.</summary>
    [Id(11)]
    public string ErrorCode { get; init; } = "";

    /// <summary>What could not be undone, one line each.</summary>
    [Id(12)]
    public List<string> NotUndone { get; init; } = [];

    /// <summary>How many times the operation was taken up again after CodeB had stopped in the middle of it.</summary>
    [Id(13)]
    public int Resumed { get; init; }

    public bool IsFinished => State is OperationState.Succeeded or OperationState.Undone or OperationState.Failed;
}

/// <summary>What somebody who watches an operation sees: a change of a step or a line of progress.</summary>
[GenerateSerializer]
[Alias("codeb.OperationEvent")]
public sealed record OperationEvent
{
    [Id(0)]
    public string OperationId { get; init; } = "";

    /// <summary>Counts up from 1 within one operation and one run of CodeB.</summary>
    [Id(1)]
    public long Sequence { get; init; }
    [Id(2)]
    public DateTimeOffset At { get; init; }
    [Id(3)]
    public OperationState State { get; init; }
    [Id(4)]
    public string Step { get; init; } = "";
    [Id(5)]
    public StepState StepState { get; init; }
    [Id(6)]
    public string Message { get; init; } = "";
    [Id(7)]
    public long BytesDone { get; init; }
    [Id(8)]
    public long BytesTotal { get; init; }
}
