using CodeB.Domain.Operations;

namespace CodeB.Runbooks;

/// <summary>
/// One step of a runbook over a context that holds the operation's typed input and its tools (sessions, repositories).
/// A step keeps nothing in fields: what a later step or a resume needs goes into <see cref="StepRun.Facts"/>.
/// </summary>
public sealed record Step<TContext>
{
    /// <summary>Short and in words of the field, kebab-case, unique in its runbook: start-container, wait-for-health.</summary>
    public required string Name { get; init; }

    /// <summary>Does it. Safe to do again: a process may die after the effect and before the journal's entry.</summary>
    public required Func<TContext, StepRun, CancellationToken, Task> Do { get; init; }

    /// <summary>Takes it back, also when Do had been started and not finished. Null where there is nothing to take back.</summary>
    public Func<TContext, StepRun, CancellationToken, Task>? Undo { get; init; }

    /// <summary>Asked before Do, on the first run and after a resume: true skips Do.</summary>
    public Func<TContext, StepRun, CancellationToken, Task<bool>>? IsDone { get; init; }

    /// <summary>Dry run: what the step finds and would do, in one line, touching nothing. A check that fails throws.</summary>
    public required Func<TContext, StepRun, CancellationToken, Task<string>> Inspect { get; init; }

    /// <summary>Limit for Do, and separately for Undo.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>An operation's ordered steps.</summary>
/// <param name="Name">deploy, promote, rollback, backup, restore, …</param>
/// <param name="Steps">In the order in which they are done; undone in reverse.</param>
/// <param name="OnResume">What to do with one that CodeB's own stop interrupted.</param>
public sealed record Runbook<TContext>(string Name, IReadOnlyList<Step<TContext>> Steps, ResumePolicy OnResume = ResumePolicy.Continue);

/// <summary>What happens to an operation that was interrupted by CodeB's own stop.</summary>
public enum ResumePolicy
{
    /// <summary>Go on with the step that was under way.</summary>
    Continue,

    /// <summary>Undo what was done.</summary>
    Undo,
}

/// <summary>A step's view of the running operation.</summary>
public abstract class StepRun
{
    public abstract string OperationId { get; }

    /// <summary>Kept in the journal after each step; no secrets.</summary>
    public abstract IDictionary<string, string> Facts { get; }

    /// <summary>Writes the journal now, so that what <see cref="Facts"/> says survives a kill before the side effect follows.</summary>
    public abstract Task SaveAsync(CancellationToken cancellationToken);

    /// <summary>One line about what the step does or found; the last one stays in the journal as the step's detail.</summary>
    public abstract void Report(string message);

    /// <summary>Progress in bytes; total 0 when unknown. Cheap: may be called for every buffer.</summary>
    public abstract void Report(long bytesDone, long bytesTotal);
}

/// <summary>Where an operation's journal is kept: the owning grain's state.</summary>
public interface IJournal
{
    Task SaveAsync(Operation operation, CancellationToken cancellationToken);
}
