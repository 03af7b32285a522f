using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Something that the silo needs running before it takes calls, such as its lock or its reminders.</summary>
internal interface ISiloParticipant
{
    Task StartAsync(CancellationToken cancellationToken);

    Task StopAsync(CancellationToken cancellationToken);
}

/// <summary>Starts and stops the silo with its host; on the way down each grain is told.</summary>
internal sealed class SiloHostedService(Silo silo, IEnumerable<ISiloParticipant> participants) : IHostedService, IDisposable
{
    // The lock comes first: without it nothing may touch the database.
    private readonly ISiloParticipant[] _participants = [.. participants.OrderBy(p => p is IOutlivesGrains ? 0 : 1)];
    private readonly List<ITimer> _timers = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var collection = silo.Collection;
        if (collection.CollectionAge <= collection.CollectionQuantum)
        {
            throw new OrleansConfigurationException(
                $"GrainCollectionOptions.CollectionAge ({collection.CollectionAge}) must be more than its CollectionQuantum "
                + $"({collection.CollectionQuantum}).");
        }

        foreach (var participant in _participants) await participant.StartAsync(cancellationToken);
        Every(collection.CollectionQuantum, CollectIdle);
        Every(TimeoutCheckPeriod(silo.Messaging.ResponseTimeout), ExpireRequests);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _timers.ForEach(t => t.Dispose());
        // Reminders and the like first, so that they wake no grain again; the lock last, when no grain is left.
        foreach (var participant in _participants.Where(p => p is not IOutlivesGrains)) await participant.StopAsync(cancellationToken);
        await silo.StopAsync(cancellationToken);
        foreach (var participant in _participants.Where(p => p is IOutlivesGrains)) await participant.StopAsync(cancellationToken);
    }

    public void Dispose() => _timers.ForEach(t => t.Dispose());

    private static TimeSpan TimeoutCheckPeriod(TimeSpan timeout) => timeout <= TimeSpan.Zero
        ? TimeSpan.FromSeconds(1)
        : TimeSpan.FromMilliseconds(Math.Clamp(timeout.TotalMilliseconds / 4, 10, 1000));

    private void Every(TimeSpan period, Action action) =>
        _timers.Add(silo.Time.CreateTimer(static state => ((Action)state!)(), action, period, period));

    private void CollectIdle()
    {
        var now = silo.Time.GetTimestamp();
        foreach (var activation in silo.Activations) activation.DeactivateIfIdle(now, silo.Collection.CollectionAge);
    }

    private void ExpireRequests()
    {
        var now = silo.Time.GetTimestamp();
        foreach (var activation in silo.Activations) activation.ExpireRequests(now);
    }
}

/// <summary>Marks a participant that grains need until the last of them has ended.</summary>
internal interface IOutlivesGrains;
