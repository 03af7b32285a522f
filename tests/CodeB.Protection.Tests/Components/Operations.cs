using CodeB.Domain.Operations;
using CodeB.Protection.Runbooks;
using CodeB.Runbooks;
using CodeB.Runbooks.Faults;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodeB.Protection.Tests.Components;

/// <summary>Runs backups and restores as a grain would: with a journal that survives a kill.</summary>
internal static class Operations
{
    public static async Task<Operation> BackUpAsync(this StorageMachine.Project project, Domain.Backups.SetId set, string killAt = "") =>
        await RunAsync(BackupRunbook.Create([]), () => project.Backup(set), killAt);

    public static async Task<Operation> RestoreAsync(this StorageMachine.Project project, Domain.Backups.SetId set, string killAt = "", CancellationToken cancel = default) =>
        await RunAsync(RestoreRunbook.Create([]), () => project.Restore(set), killAt, cancel);

    public static async Task<Operation> RunAsync<TContext>(
        Runbook<TContext> runbook, Func<TContext> context, string killAt = "", CancellationToken cancel = default)
    {
        var journal = new Journal();
        var operation = new Operation { Id = Guid.NewGuid().ToString("N"), Target = "test", StartedBy = "test" };
        try
        {
            return await Runner(new KillOnce(killAt)).RunAsync(runbook, context(), operation, journal, cancel: cancel);
        }
        catch (Killed)
        {
            // The next process knows only the journal's last write.
            return await Runner(FaultPoints.None).ResumeAsync(runbook, context(), journal.Last!, journal);
        }
    }

    private static RunbookRunner Runner(IFaultPoints faults) => new(TimeProvider.System, NullLogger<RunbookRunner>.Instance, faults);

    private sealed class Journal : IJournal
    {
        public Operation? Last { get; private set; }

        public Task SaveAsync(Operation operation, CancellationToken cancellationToken)
        {
            Last = operation with { Facts = new(operation.Facts), Steps = [.. operation.Steps] };
            return Task.CompletedTask;
        }
    }

    private sealed class Killed : Exception;

    private sealed class KillOnce(string at) : IFaultPoints
    {
        public ValueTask HitAsync(string point, CancellationToken cancellationToken) =>
            point == at ? throw new Killed() : ValueTask.CompletedTask;
    }
}
