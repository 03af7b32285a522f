using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Operations;
using CodeB.Runbooks;

namespace CodeB.Grains.Tests;

/// <summary>The smallest grain with an operation: add one, wait at the gate, add one more.</summary>
public interface ICounterGrain : IOperationOwner
{
    Task<Operation> CountAsync();

    [Orleans.Concurrency.AlwaysInterleave]
    Task<int> SucceededAsync();

    Task RestartAsync();
}

[GenerateSerializer]
[Alias("codeb.tests.CounterState")]
public sealed record CounterState : IOperationState<CounterState>
{
    [Id(0)]
    public List<Operation> Operations { get; init; } = [];

    [Id(1)]
    public int Succeeded { get; init; }

    public CounterState WithOperations(List<Operation> operations) => this with { Operations = operations };
}

internal sealed class CounterGrain([PersistentState("counter")] IPersistentState<CounterState> state, OperationTools tools)
    : OperationGrain<CounterState>(state, tools), ICounterGrain
{
    protected override OperationOwnerKind Owner => OperationOwnerKind.SlotPair;

    async Task<Operation> ICounterGrain.CountAsync()
    {
        RefuseIfRunning("count");
        return await StartAsync(NewOperation("count", this.GetPrimaryKeyString(), "test", "{}"));
    }

    Task<int> ICounterGrain.SucceededAsync() => Task.FromResult(State.Succeeded);

    Task ICounterGrain.RestartAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    protected override Task<PreparedOperation> PrepareAsync(Operation operation)
    {
        var gates = StepGates.Of(this.GetPrimaryKeyString());
        return Task.FromResult(PreparedOperation.Of(
            new Runbook<StepGates>("count", [Effect("first"), Gate(), Effect("second")]), gates));
    }

    protected override CounterState Conclude(CounterState state, Operation operation) =>
        operation.State == OperationState.Succeeded ? state with { Succeeded = state.Succeeded + 1 } : state;

    private static Step<StepGates> Effect(string name) => new()
    {
        Name = name,
        Do = (gates, _, _) =>
        {
            gates.Effects.Enqueue($"do {name}");
            return Task.CompletedTask;
        },
        Undo = (gates, _, _) =>
        {
            gates.Effects.Enqueue($"undo {name}");
            return Task.CompletedTask;
        },
        Inspect = (_, _, _) => Task.FromResult("would count"),
    };

    private static Step<StepGates> Gate() => new()
    {
        Name = "gate",
        Do = (gates, _, token) => gates.PassAsync(token),
        Inspect = (_, _, _) => Task.FromResult("would wait"),
    };
}
