using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Orleans.Reminders;

/// <summary>One stored reminder.</summary>
internal sealed record Reminder(GrainId GrainId, string ReminderName, DateTimeOffset FirstTickAt, TimeSpan Period) : IGrainReminder;

/// <summary>Where reminders are kept.</summary>
internal interface IReminderStore
{
    Task<List<Reminder>> ReadAllAsync(CancellationToken cancellationToken);

    Task<List<Reminder>> ReadAsync(GrainId grainId);

    Task SaveAsync(Reminder reminder);

    Task DeleteAsync(GrainId grainId, string name);
}

/// <summary>Calls grains when their reminders are due. Ticks that fell into a stop are not made up for: the next one comes on time.</summary>
internal sealed class ReminderService(
    Silo silo, IReminderStore store, IOptions<ReminderOptions> options, TimeProvider time, ILogger<ReminderService> logger) : ISiloParticipant
{
    private readonly ConcurrentDictionary<(GrainId, string), ReminderTicker> _tickers = new();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var reminder in await store.ReadAllAsync(cancellationToken)) Schedule(reminder);
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var ticker in _tickers.Values) ticker.Dispose();
        return Task.CompletedTask;
    }

    internal async Task<IGrainReminder> RegisterAsync(GrainId grainId, string name, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period < options.Value.MinimumReminderPeriod)
        {
            throw new ArgumentException(
                $"Cannot register reminder {name}: its period {period} is shorter than the least one, {options.Value.MinimumReminderPeriod}.");
        }

        // PostgreSQL keeps microseconds; the same instant before and after a restart.
        var firstTick = time.GetUtcNow() + dueTime;
        var reminder = new Reminder(grainId, name, firstTick.AddTicks(-(firstTick.Ticks % TimeSpan.TicksPerMicrosecond)), period);
        await store.SaveAsync(reminder);
        Schedule(reminder);
        return reminder;
    }

    internal async Task UnregisterAsync(GrainId grainId, string name)
    {
        await store.DeleteAsync(grainId, name);
        if (_tickers.TryRemove((grainId, name), out var ticker)) ticker.Dispose();
    }

    internal Task<List<Reminder>> ListAsync(GrainId grainId) => store.ReadAsync(grainId);

    private void Schedule(Reminder reminder)
    {
        var ticker = new ReminderTicker(silo, reminder, time, logger);
        _tickers.AddOrUpdate((reminder.GrainId, reminder.ReminderName), ticker, (_, earlier) =>
        {
            earlier.Dispose();
            return ticker;
        });
        ticker.ScheduleNext();
    }
}
