using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Timers;

/// <summary>A timer whose ticks are requests of its grain, so that they keep to its turns.</summary>
internal sealed partial class GrainTimer : IGrainTimer
{
    private static readonly GrainMethod TickMethod = new(typeof(IGrainTimer), typeof(GrainTimer).GetMethod(nameof(RunAsync))!);

    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _ended = new();
    private readonly ITimer _timer;
    private TimeSpan _period;
    private bool _changed;

    internal GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, nameof(options.DueTime));
        Check(options.Period, nameof(options.Period));
        _activation = activation;
        _callback = callback;
        _options = options;
        _period = options.Period;
        _activation.Add(this);
        using (ExecutionContext.IsFlowSuppressed() ? default(IDisposable) : ExecutionContext.SuppressFlow())
        {
            _timer = activation.Silo.Time.CreateTimer(
                static self => ((GrainTimer)self!).Due(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _timer.Change(options.DueTime, Timeout.InfiniteTimeSpan);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        _period = period;
        _changed = true;
        _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        if (_ended.IsCancellationRequested) return;
        _ended.Cancel();
        _timer.Dispose();
        _activation.Remove(this);
    }

    public async Task RunAsync()
    {
        if (_ended.IsCancellationRequested) return;
        _changed = false;
        try
        {
            await _callback(_ended.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException || !_ended.IsCancellationRequested)
        {
            LogTickFailed(_activation.Silo.Logger, e, _activation.GrainId);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (!_changed && !_ended.IsCancellationRequested && _period > TimeSpan.Zero) _timer.Change(_period, Timeout.InfiniteTimeSpan);
    }

    private void Due()
    {
        if (!_ended.IsCancellationRequested) _activation.TryReceive(new Tick(this));
    }

    private static void Check(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, name);
    }

    [LoggerMessage(5, LogLevel.Error, "A timer's tick failed in {GrainId}; the timer goes on")]
    private static partial void LogTickFailed(ILogger logger, Exception exception, GrainId grainId);

    internal sealed class Tick(GrainTimer timer) : Request<Nothing>(timer._activation.GrainReference, TickMethod)
    {
        internal bool KeepsAlive => timer._options.KeepAlive;

        internal override bool Expires => false;

        internal override bool IsCall => false;

        internal override Interleaving Interleaving => timer._options.Interleave ? Interleaving.Always : base.Interleaving;

        protected override ValueTask<Nothing> Call(object grain) => RequestAdapters.OfVoidTask(timer.RunAsync());
    }
}
