using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Runbooks;

namespace CodeB.Grains.Operations;

/// <summary>A runbook with its context, ready to run: rebuilt from the journal's input after a restart.</summary>
public abstract class PreparedOperation
{
    public static PreparedOperation Of<TContext>(Runbook<TContext> runbook, TContext context) => new Typed<TContext>(runbook, context);

    internal abstract Task<Operation> RunAsync(
        RunbookRunner runner, Operation operation, IJournal journal, IProgress<OperationEvent> progress, CancellationToken cancel, CancellationToken stop);

    internal abstract Task<Operation> ResumeAsync(
        RunbookRunner runner, Operation operation, IJournal journal, IProgress<OperationEvent> progress, CancellationToken cancel, CancellationToken stop);

    internal abstract Task<List<PlanFinding>> InspectAsync(RunbookRunner runner, Operation operation, CancellationToken cancel);

    private sealed class Typed<TContext>(Runbook<TContext> runbook, TContext context) : PreparedOperation
    {
        internal override Task<Operation> RunAsync(
            RunbookRunner runner, Operation operation, IJournal journal, IProgress<OperationEvent> progress, CancellationToken cancel, CancellationToken stop) =>
            runner.RunAsync(runbook, context, operation, journal, progress, cancel, stop);

        internal override Task<Operation> ResumeAsync(
            RunbookRunner runner, Operation operation, IJournal journal, IProgress<OperationEvent> progress, CancellationToken cancel, CancellationToken stop) =>
            runner.ResumeAsync(runbook, context, operation, journal, progress, cancel, stop);

        internal override async Task<List<PlanFinding>> InspectAsync(RunbookRunner runner, Operation operation, CancellationToken cancel)
        {
            var findings = await runner.InspectAsync(runbook, context, operation, cancel);
            return [.. findings.Select(f => new PlanFinding { Step = f.Step, Ok = f.Ok, Message = f.Message })];
        }
    }
}
