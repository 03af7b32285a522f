using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Testing;

namespace CodeB.Grains.Tests;

public sealed class OperationGrainTests(SiloFixture silo)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_operation_runs_to_its_end_in_the_background_and_its_outcome_is_in_the_grains_state()
    {
        var (grain, gates) = Counter();
        var started = await grain.CountAsync();
        Assert.Equal(OperationState.Running, started.State);

        gates.Open();
        var finished = await FinishedAsync(grain, started.Id);

        Assert.Equal(OperationState.Succeeded, finished.State);
        Assert.Equal(["do first", "do second"], gates.Effects);
        Assert.Equal(1, await grain.SucceededAsync());
    }

    [Fact]
    public async Task A_second_operation_is_refused_at_once_with_the_id_of_the_running_one()
    {
        var (grain, gates) = Counter();
        var running = await grain.CountAsync();
        await gates.Reached.Task.WaitAsync(Limit);

        var refused = await Assert.ThrowsAsync<DomainException>(grain.CountAsync);

        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains(running.Id, refused.Message, StringComparison.Ordinal);
        gates.Open();
        await FinishedAsync(grain, running.Id);
    }

    [Fact]
    public async Task Reads_are_answered_while_an_operation_runs()
    {
        var (grain, gates) = Counter();
        var running = await grain.CountAsync();
        await gates.Reached.Task.WaitAsync(Limit);

        var seen = await grain.GetOperationAsync(running.Id).WaitAsync(Limit);

        Assert.Equal(OperationState.Running, seen!.State);
        Assert.Equal(StepState.Done, seen.Steps[0].State);
        gates.Open();
        await FinishedAsync(grain, running.Id);
    }

    [Fact]
    public async Task A_watcher_sees_every_step_in_order_however_late_it_comes()
    {
        var (grain, gates) = Counter();
        var running = await grain.CountAsync();
        await gates.Reached.Task.WaitAsync(Limit);
        using var limit = new CancellationTokenSource(Limit);

        var seen = new List<OperationEvent>();
        await foreach (var item in grain.WatchAsync(running.Id, limit.Token))
        {
            seen.Add(item);
            if (item is { Step: "gate", StepState: StepState.Running })
                gates.Open();
        }

        Assert.Equal(seen.OrderBy(e => e.Sequence), seen);
        Assert.Equal(["first", "gate", "second"], seen.Where(e => e.StepState == StepState.Done && e.Step.Length > 0).Select(e => e.Step));
        Assert.Equal(OperationState.Succeeded, seen[^1].State);
    }

    [Fact]
    public async Task A_cancelled_operation_is_undone()
    {
        var (grain, gates) = Counter();
        var running = await grain.CountAsync();
        await gates.Reached.Task.WaitAsync(Limit);

        await grain.CancelAsync(running.Id);
        var finished = await FinishedAsync(grain, running.Id);

        Assert.Equal(OperationState.Undone, finished.State);
        Assert.Equal(["do first", "undo first"], gates.Effects);
        Assert.Equal(0, await grain.SucceededAsync());
    }

    [Fact]
    public async Task An_operation_that_a_stop_interrupted_goes_on_with_the_next_activation()
    {
        var (grain, gates) = Counter();
        var running = await grain.CountAsync();
        await gates.Reached.Task.WaitAsync(Limit);
        gates.Rearm();

        await grain.RestartAsync();
        await Eventually.HoldsAsync(
            "the next activation takes the operation up at its gate",
            async () =>
            {
                await grain.ResumeAsync();
                return gates.Reached.Task.IsCompleted;
            });
        gates.Open();
        var finished = await FinishedAsync(grain, running.Id);

        Assert.Equal(OperationState.Succeeded, finished.State);
        Assert.Equal(1, finished.Resumed);
        Assert.Equal(["do first", "do second"], gates.Effects);
    }

    [Fact]
    public async Task The_index_knows_who_owns_an_operation_and_how_it_ended()
    {
        var (grain, gates) = Counter();
        var running = await grain.CountAsync();
        var index = silo.Grains.GetGrain<IOperationIndexGrain>(IOperationIndexGrain.Key);
        Assert.Contains(await index.ListAsync("", runningOnly: true, 1000), e => e.Id == running.Id);

        gates.Open();
        await FinishedAsync(grain, running.Id);

        await Eventually.HoldsAsync(
            "the index notes the end",
            async () => (await index.FindAsync(running.Id))?.State == OperationState.Succeeded);
    }

    private (ICounterGrain Grain, StepGates Gates) Counter()
    {
        var key = $"counter/{Guid.NewGuid():N}";
        return (silo.Grains.GetGrain<ICounterGrain>(key), StepGates.Of(key));
    }

    private static async Task<Operation> FinishedAsync(ICounterGrain grain, string id)
    {
        Operation? operation = null;
        await Eventually.HoldsAsync(
            $"operation {id} finishes",
            async () => (operation = await grain.GetOperationAsync(id)) is { IsFinished: true });
        return operation!;
    }
}
