using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Runbooks.Faults;
using CodeB.Runbooks.Running;
using Microsoft.Extensions.Logging;

namespace CodeB.Runbooks;

/// <summary>
/// Runs, resumes and inspects runbooks. It writes the journal before and after each step, undoes in reverse what was
/// started when a step fails or the user cancels, and leaves the journal as it stands when the process itself stops.
/// It keeps nothing itself and stays on the caller's scheduler, so a grain may run it as its own background task.
/// </summary>
public sealed partial class RunbookRunner(TimeProvider time, ILogger<RunbookRunner> logger, IFaultPoints faults)
{
    /// <summary>The operation with one pending record a step: what a grain keeps before it starts the run.</summary>
    public Operation Plan<TContext>(Runbook<TContext> runbook, Operation operation)
    {
        var twice = runbook.Steps.GroupBy(step => step.Name).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new ArgumentException($"The runbook {runbook.Name} has more than one step named {twice.Key}.", nameof(runbook));
        return operation with
        {
            Kind = operation.Kind.Length > 0 ? operation.Kind : runbook.Name,
            StartedAt = operation.StartedAt == default ? time.GetUtcNow() : operation.StartedAt,
            State = OperationState.Running,
            Steps = [.. runbook.Steps.Select(step => new StepRecord { Name = step.Name })],
        };
    }

    /// <summary>
    /// Runs a new operation to its end. A failed step is no exception: the result's State, Error and NotUndone tell.
    /// </summary>
    /// <param name="runbook">The steps, in order.</param>
    /// <param name="context">The steps' input and tools.</param>
    /// <param name="operation">Id, target, who and input; fresh, planned or not.</param>
    /// <param name="journal">Where the operation is kept.</param>
    /// <param name="progress">
    /// Called in order, from any thread, and must return at once (write to a channel; <see cref="Progress{T}"/> would lose the order).
    /// </param>
    /// <param name="cancel">The user's wish: the run stops and undoes.</param>
    /// <param name="stopping">The process stops: the run ends with the journal Running (or Undoing), to be resumed.</param>
    /// <returns>The operation as journalled; unfinished only if <paramref name="stopping"/> ended the run.</returns>
    /// <exception cref="DomainException">Aborted: the journal could not be written; nothing was touched after that.</exception>
    public Task<Operation> RunAsync<TContext>(
        Runbook<TContext> runbook,
        TContext context,
        Operation operation,
        IJournal journal,
        IProgress<OperationEvent>? progress = null,
        CancellationToken cancel = default,
        CancellationToken stopping = default)
    {
        if (operation.IsFinished || operation.Steps.Any(step => step.State != StepState.Pending))
            throw new ArgumentException($"Operation {operation.Id} was begun before; use ResumeAsync.", nameof(operation));
        var ledger = new Ledger(Plan(runbook, operation), journal, progress, time);
        return MeasuredAsync(ledger, () => Run(runbook, context, ledger, cancel, stopping).ForwardAsync());
    }

    /// <summary>
    /// Takes up an operation that the journal shows Running or Undoing after CodeB had stopped: goes on or undoes as
    /// <see cref="Runbook{TContext}.OnResume"/> says. A finished one is returned as it is. Counts in Resumed.
    /// </summary>
    /// <inheritdoc cref="RunAsync"/>
    public async Task<Operation> ResumeAsync<TContext>(
        Runbook<TContext> runbook,
        TContext context,
        Operation operation,
        IJournal journal,
        IProgress<OperationEvent>? progress = null,
        CancellationToken cancel = default,
        CancellationToken stopping = default)
    {
        if (operation.IsFinished)
            return operation;
        if (operation.Steps.Count == 0)
            operation = Plan(runbook, operation);
        operation = operation with { Resumed = operation.Resumed + 1 };
        LogResumed(operation.Id, operation.Kind, operation.Target, operation.State, operation.Resumed);

        var ledger = new Ledger(operation, journal, progress, time);
        return await MeasuredAsync(ledger, () => Run(runbook, context, ledger, cancel, stopping).ResumeAsync());
    }

    /// <summary>
    /// Dry run: every step's Inspect in order. It touches nothing and goes on past a failed check, so that one call
    /// shows everything that stands in the way.
    /// </summary>
    public async Task<IReadOnlyList<Finding>> InspectAsync<TContext>(
        Runbook<TContext> runbook, TContext context, Operation operation, CancellationToken cancellationToken)
    {
        var planned = Plan(runbook, operation);
        var facts = new Dictionary<string, string>(planned.Facts);
        var findings = new List<Finding>();
        foreach (var step in runbook.Steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var run = new InspectedStep(planned.Id, facts);
            try
            {
                var message = "";
                await TimeLimit.RunAsync(
                    async token => message = await step.Inspect(context, run, token), step.Timeout, planned, time, cancellationToken);
                findings.Add(new Finding { Step = step.Name, Ok = true, Message = message });
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (Exception e)
            {
                findings.Add(new Finding { Step = step.Name, Message = StepError.Text(e), ErrorCode = StepError.Code(e).ToString() });
            }
        }

        return findings;
    }

    private OperationRun<TContext> Run<TContext>(
        Runbook<TContext> runbook, TContext context, Ledger ledger, CancellationToken cancel, CancellationToken stopping) =>
        new(runbook, context, ledger, this, time, faults, cancel, stopping);

    private async Task<Operation> MeasuredAsync(Ledger ledger, Func<Task<Operation>> run)
    {
        using var activity = RunbookTelemetry.StartOperation(ledger.Current);
        var began = time.GetTimestamp();
        try
        {
            return await run();
        }
        finally
        {
            var now = ledger.Current;
            RunbookTelemetry.Ended(activity, now, time.GetElapsedTime(began));
            LogEnded(now.Id, now.Kind, now.Target, now.State, now.Error);
        }
    }
}
