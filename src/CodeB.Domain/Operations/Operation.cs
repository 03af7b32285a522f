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
public sealed record StepRecord
{
    public string Name { get; init; } = "";
    public StepState State { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>One line for people: what the step did or found, or why it failed.</summary>
    public string Detail { get; init; } = "";
    public long BytesDone { get; init; }

    /// <summary>0 when the size is not known beforehand.</summary>
    public long BytesTotal { get; init; }
}

/// <summary>
/// An operation and its journal: what is kept in the owning grain's state before and after each step, so that a process
/// killed at any point resumes or undoes. Strings and numbers only, so that every serializer keeps it whole.
/// </summary>
public sealed record Operation
{
    public string Id { get; init; } = "";

    /// <summary>The runbook's name: deploy, promote, rollback, backup, restore, …</summary>
    public string Kind { get; init; } = "";

    /// <summary>What it works on: worb/production, worb/daily, storage.</summary>
    public string Target { get; init; } = "";
    public string StartedBy { get; init; } = "";
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public OperationState State { get; init; }

    /// <summary>The runbook's input as JSON, without secrets, from which a resumed operation is rebuilt.</summary>
    public string Input { get; init; } = "{}";

    /// <summary>What steps found out and later steps or a resume need (a container's id, a set's id), without secrets.</summary>
    public Dictionary<string, string> Facts { get; init; } = [];
    public List<StepRecord> Steps { get; init; } = [];

    /// <summary>The first error: host, step and cause. Empty while there is none.</summary>
    public string Error { get; init; } = "";

    /// <summary>The <see cref="Errors.ErrorCode"/> of <see cref="Error"/> by name.</summary>
    public string ErrorCode { get; init; } = "";

    /// <summary>What could not be undone, one line each.</summary>
    public List<string> NotUndone { get; init; } = [];

    /// <summary>How many times the operation was taken up again after CodeB had stopped in the middle of it.</summary>
    public int Resumed { get; init; }

    public bool IsFinished => State is OperationState.Succeeded or OperationState.Undone or OperationState.Failed;
}

/// <summary>What somebody who watches an operation sees: a change of a step or a line of progress.</summary>
public sealed record OperationEvent
{
    public string OperationId { get; init; } = "";

    /// <summary>Counts up from 1 within one operation and one run of CodeB.</summary>
    public long Sequence { get; init; }
    public DateTimeOffset At { get; init; }
    public OperationState State { get; init; }
    public string Step { get; init; } = "";
    public StepState StepState { get; init; }
    public string Message { get; init; } = "";
    public long BytesDone { get; init; }
    public long BytesTotal { get; init; }
}
