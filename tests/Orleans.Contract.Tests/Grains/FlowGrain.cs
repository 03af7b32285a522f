using System.Runtime.CompilerServices;
using GrainContract.Silos;
using Orleans.Concurrency;

namespace GrainContract.Grains;

public interface IFlowGrain : IGrainWithStringKey
{
    Task<string?> ContextAsync(List<string> through);

    Task SetContextAsync(string value);

    Task HoldAsync(CancellationToken cancellationToken);

    Task IgnoreAsync(string gate, CancellationToken cancellationToken);

    Task<int> AddAsync(int a, int b, CancellationToken cancellationToken);

    [AlwaysInterleave]
    Task PingAsync();

    IAsyncEnumerable<int> CountAsync(int to, CancellationToken cancellationToken);

    IAsyncEnumerable<Parcel> ParcelsAsync();

    IAsyncEnumerable<int> HoldStreamAsync(string gate, CancellationToken cancellationToken);

    IAsyncEnumerable<int> BreakAsync(int after);
}

public sealed class FlowGrain(Probe probe) : Grain, IFlowGrain
{
    private readonly Parcel _parcel = new() { Items = ["cup"] };

    private string Key => this.GetPrimaryKeyString();

    public Task<string?> ContextAsync(List<string> through) => through.Count == 0
        ? Task.FromResult(RequestContext.Get("who") as string)
        : GrainFactory.GetGrain<IFlowGrain>(through[0]).ContextAsync(through[1..]);

    public Task SetContextAsync(string value)
    {
        RequestContext.Set("who", value);
        return Task.CompletedTask;
    }

    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        probe.Record(Key, "holds");
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(
            () => cancelled.TrySetResult());
        await cancelled.Task;
        probe.Record(Key, "cancelled");
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async Task IgnoreAsync(string gate, CancellationToken cancellationToken)
    {
        probe.Record(Key, "ignores");
        await probe.Opened(gate);
        probe.Record(Key, "ends");
    }

    public Task<int> AddAsync(int a, int b, CancellationToken cancellationToken) => Task.FromResult(a + b);

    public Task PingAsync() => Task.CompletedTask;

    public async IAsyncEnumerable<int> CountAsync(int to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            for (var i = 1; i <= to; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return i;
                if (TaskScheduler.Current == TaskScheduler.Default) throw new InvalidOperationException("outside of the grain's turns");
                if (i % 3 == 0) await Task.Yield();
            }
        }
        finally
        {
            probe.Record(Key, "stream ended");
        }
    }

    public async IAsyncEnumerable<Parcel> ParcelsAsync()
    {
        yield return _parcel;
        await Task.Yield();
        yield return _parcel;
    }

    public async IAsyncEnumerable<int> HoldStreamAsync(string gate, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            yield return 1;
            await probe.Opened(gate).WaitAsync(cancellationToken);
            yield return 2;
        }
        finally
        {
            probe.Record(Key, cancellationToken.IsCancellationRequested ? "stream cancelled" : "stream ended");
        }
    }

    public async IAsyncEnumerable<int> BreakAsync(int after)
    {
        for (var i = 1; i <= after; i++) yield return i;
        await Task.Yield();
        throw new BrokenException("in the middle");
    }
}
