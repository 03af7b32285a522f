namespace CodeB.Bench.Grains;

public interface IEchoGrain : IGrainWithStringKey
{
    Task<int> EchoAsync(int value);
}

public sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<int> EchoAsync(int value) => Task.FromResult(value);
}

public interface IWriterGrain : IGrainWithStringKey
{
    Task<int> WriteAsync();
}

[GenerateSerializer]
public sealed record WriterState
{
    [Id(0)]
    public int Count { get; init; }

    [Id(1)]
    public string Text { get; init; } = new('x', 200);
}

public sealed class WriterGrain([PersistentState("writer", "bench")] IPersistentState<WriterState> state) : Grain, IWriterGrain
{
    public async Task<int> WriteAsync()
    {
        state.State = state.State with { Count = state.State.Count + 1 };
        await state.WriteStateAsync();
        return state.State.Count;
    }
}
