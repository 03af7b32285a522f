using System.Collections.Concurrent;
using System.Threading.Channels;
using CodeB.Domain.Operations;

namespace CodeB.Grains.Operations;

/// <summary>
/// The live events of one running operation, from the thread that runs it to any number of watchers. A watcher that is too
/// slow loses byte progress, never the end.
/// </summary>
internal sealed class OperationFeed : IProgress<OperationEvent>
{
    private const int Buffered = 1024;
    private readonly ConcurrentDictionary<long, Channel<OperationEvent>> _watchers = new();
    private readonly Lock _gate = new();
    private long _nextWatcher;
    private bool _completed;

    public void Report(OperationEvent value)
    {
        foreach (var watcher in _watchers.Values)
            watcher.Writer.TryWrite(value);
    }

    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            foreach (var watcher in _watchers.Values)
                watcher.Writer.TryComplete();
        }
    }

    public async IAsyncEnumerable<OperationEvent> WatchAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _nextWatcher);
        var channel = Channel.CreateBounded<OperationEvent>(
            new BoundedChannelOptions(Buffered) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_gate)
        {
            if (_completed)
                yield break;
            _watchers[id] = channel;
        }

        try
        {
            await foreach (var item in channel.Reader.ReadAllAsync(cancellationToken))
                yield return item;
        }
        finally
        {
            _watchers.TryRemove(id, out _);
        }
    }
}
