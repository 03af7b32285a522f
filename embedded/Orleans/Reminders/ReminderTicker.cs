using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Reminders;

/// <summary>Calls one reminder's grain when it is due, over and over.</summary>
internal sealed partial class ReminderTicker : IDisposable
{
    /// <summary>Timers cannot wait longer than about 49 days at once.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);

    private readonly Silo _silo;
    private readonly Reminder _reminder;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private DateTimeOffset _due;
    private DateTimeOffset _lastDue = DateTimeOffset.MinValue;
    private volatile bool _ended;

    internal ReminderTicker(Silo silo, Reminder reminder, TimeProvider time, ILogger logger)
    {
        _silo = silo;
        _reminder = reminder;
        _time = time;
        _logger = logger;
        using (ExecutionContext.IsFlowSuppressed() ? default(IDisposable) : ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(
                static self => _ = ((ReminderTicker)self!).DueAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _ended = true;
        _timer.Dispose();
    }

    internal void ScheduleNext()
    {
        if (_ended) return;
        var now = _time.GetUtcNow();
        _due = _reminder.FirstTickAt;
        if (_due < now) _due += _reminder.Period * Math.Ceiling((now - _due) / _reminder.Period);
        if (_due <= _lastDue) _due = _lastDue + _reminder.Period;
        var wait = _due - now;
        _timer.Change(wait > LongestWait ? LongestWait : wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private async Task DueAsync()
    {
        if (_ended) return;
        var now = _time.GetUtcNow();
        if (now >= _due)
        {
            _lastDue = _due;
            await TickAsync(now);
        }

        ScheduleNext();
    }

    private async Task TickAsync(DateTimeOffset now)
    {
        try
        {
            var status = new TickStatus(_reminder.FirstTickAt.UtcDateTime, _reminder.Period, now.UtcDateTime);
            await _silo.GetGrain<IRemindable>(_reminder.GrainId).ReceiveReminder(_reminder.ReminderName, status);
        }
        catch (Exception e)
        {
            LogTickFailed(_logger, e, _reminder.ReminderName, _reminder.GrainId);
        }
    }

    [LoggerMessage(20, LogLevel.Error, "Reminder {Name} of {GrainId} failed; it ticks again when it is next due")]
    private static partial void LogTickFailed(ILogger logger, Exception exception, string name, GrainId grainId);
}
