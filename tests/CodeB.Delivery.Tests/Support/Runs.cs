using CodeB.Domain.Operations;
using CodeB.Runbooks;
using CodeB.Runbooks.Faults;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodeB.Delivery.Tests.Support;

/// <summary>Runs runbooks as a grain would, with kills at named points.</summary>
internal static class Runs
{
    public static Task<Operation> RunAsync<T>(this Runbook<T> runbook, T context, Journal? journal = null, IFaultPoints? faults = null) =>
        Runner(faults).RunAsync(runbook, context, new Operation { Id = "op-1", Target = "worb/production" }, journal ?? new Journal());

    public static Task<Operation> ResumeAsync<T>(this Runbook<T> runbook, T context, Journal journal) =>
        Runner(null).ResumeAsync(runbook, context, journal.Last, journal);

    public static Task<IReadOnlyList<Finding>> InspectAsync<T>(this Runbook<T> runbook, T context) =>
        Runner(null).InspectAsync(runbook, context, new Operation { Id = "op-1", Target = "worb/production" }, default);

    /// <summary>Runs with a kill at the point; true where the run passed it.</summary>
    public static async Task<bool> KilledAtAsync<T>(this Runbook<T> runbook, T context, Journal journal, string point)
    {
        try
        {
            await runbook.RunAsync(context, journal, new KillAt(point));
            return false;
        }
        catch (KilledException)
        {
            return true;
        }
    }

    private static RunbookRunner Runner(IFaultPoints? faults) =>
        new(TimeProvider.System, NullLogger<RunbookRunner>.Instance, faults ?? FaultPoints.None);

    internal sealed class Journal : IJournal
    {
        /// <summary>The grain keeps the operation before it starts the run.</summary>
        public Operation Last { get; private set; } = new() { Id = "op-1", Target = "worb/production" };

        public Task SaveAsync(Operation operation, CancellationToken cancellationToken)
        {
            Last = operation with { Facts = new(operation.Facts), Steps = [.. operation.Steps] };
            return Task.CompletedTask;
        }
    }

    private sealed class KillAt(string point) : IFaultPoints
    {
        public ValueTask HitAsync(string hit, CancellationToken cancellationToken) =>
            hit == point ? throw new KilledException() : ValueTask.CompletedTask;
    }

    private sealed class KilledException : Exception;
}
