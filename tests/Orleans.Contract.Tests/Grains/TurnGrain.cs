using GrainContract.Silos;
using Orleans.Concurrency;

namespace GrainContract.Grains;

public interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Holds the grain until the gate opens.</summary>
    Task WriteAsync(string name, string gate);

    [ReadOnly]
    Task ReadAsync(string name, string gate);

    Task AppendAsync(int number);

    [AlwaysInterleave]
    Task<List<int>> NumbersAsync();

    [AlwaysInterleave]
    Task PingAsync();

    Task<bool> ComesBackAsync(string gate);
}

public sealed class TurnGrain(Probe probe) : Grain, ITurnGrain
{
    private readonly List<int> _numbers = [];

    private string Key => this.GetPrimaryKeyString();

    public Task WriteAsync(string name, string gate) => HoldAsync(name, gate);

    public Task ReadAsync(string name, string gate) => HoldAsync(name, gate);

    public async Task AppendAsync(int number)
    {
        _numbers.Add(number);
        await Task.Yield();
    }

    public Task<List<int>> NumbersAsync() => Task.FromResult(_numbers);

    public Task PingAsync() => Task.CompletedTask;

    public async Task<bool> ComesBackAsync(string gate)
    {
        var before = TaskScheduler.Current;
        await Task.Yield();
        var afterYield = TaskScheduler.Current;
        await probe.Opened(gate);
        return before != TaskScheduler.Default && before == afterYield && before == TaskScheduler.Current;
    }

    private async Task HoldAsync(string name, string gate)
    {
        probe.Record(Key, $"{name} begins");
        await probe.Opened(gate);
        probe.Record(Key, $"{name} ends");
    }
}

public interface ICrowdGrain : IGrainWithStringKey
{
    Task WorkAsync(int turns);

    Task<int> MostAtOnceAsync();

    Task MeetAsync(string gate);
}

/// <summary>Its requests all run beside each other, but never two turns at once.</summary>
[Reentrant]
public sealed class CrowdGrain(Probe probe) : Grain, ICrowdGrain
{
    private int _now;
    private int _most;

    public async Task WorkAsync(int turns)
    {
        for (var i = 0; i < turns; i++)
        {
            var now = Interlocked.Increment(ref _now);
            _most = Math.Max(_most, now);
            Thread.SpinWait(2_000);
            Interlocked.Decrement(ref _now);
            await Task.Yield();
        }
    }

    public Task<int> MostAtOnceAsync() => Task.FromResult(_most);

    public async Task MeetAsync(string gate)
    {
        probe.Record(this.GetPrimaryKeyString(), "came");
        await probe.Opened(gate);
    }
}
