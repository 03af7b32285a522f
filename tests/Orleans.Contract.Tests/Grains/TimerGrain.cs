using GrainContract.Silos;
using Orleans.Concurrency;

namespace GrainContract.Grains;

public interface ITimerGrain : IGrainWithStringKey
{
    Task StartAsync(TimeSpan due, TimeSpan period, bool interleave, bool fails);

    Task StartOnceAsync(TimeSpan due);

    Task ChangeAsync(TimeSpan due, TimeSpan period);

    Task EndAsync();

    Task HoldAsync(string gate);

    [AlwaysInterleave]
    Task<int> TicksAsync();
}

public sealed class TimerGrain(Probe probe) : Grain, ITimerGrain
{
    private IGrainTimer? _timer;
    private int _ticks;

    public Task StartAsync(TimeSpan due, TimeSpan period, bool interleave, bool fails)
    {
        var options = new GrainTimerCreationOptions(due, period) { Interleave = interleave };
        _timer = this.RegisterGrainTimer(TickAsync, fails, options);
        return Task.CompletedTask;
    }

    public Task StartOnceAsync(TimeSpan due)
    {
        _timer = this.RegisterGrainTimer(_ => TickAsync(false, CancellationToken.None), due, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task ChangeAsync(TimeSpan due, TimeSpan period)
    {
        _timer!.Change(due, period);
        return Task.CompletedTask;
    }

    public Task EndAsync()
    {
        _timer!.Dispose();
        probe.Record(this.GetPrimaryKeyString(), "ended");
        return Task.CompletedTask;
    }

    public Task HoldAsync(string gate) => probe.Opened(gate);

    public Task<int> TicksAsync() => Task.FromResult(_ticks);

    private Task TickAsync(bool fails, CancellationToken cancellationToken)
    {
        _ticks++;
        probe.Record(this.GetPrimaryKeyString(), TaskScheduler.Current == TaskScheduler.Default ? "tick elsewhere" : "tick");
        return fails ? throw new InvalidOperationException("The tick failed.") : Task.CompletedTask;
    }
}
