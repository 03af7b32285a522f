using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CodeB.Domain.Operations;

namespace CodeB.Grains.Operations;

/// <summary>
/// The events of one running operation, from the thread that runs it to any number of watchers. A watcher gets the changes of
/// steps from the beginning, whenever it comes; one that is too slow loses byte progress first, never the end.
/// </summary>
internal sealed class OperationFeed : IProgress<OperationEvent>
{
    private const int Buffered = 1024;
    private readonly List<Channel<OperationEvent>> _watchers = [];
    private readonly List<OperationEvent> _changes = [];
    private readonly Lock _gate = new();
    private bool _completed;

    public void Report(OperationEvent value)
    {
        lock (_gate)
        {
            if (IsChange(value))
                _changes.Add(value);
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(value);
        }
    }

    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            foreach (var watcher in _watchers)
                watcher.Writer.TryComplete();
        }
    }

    public async IAsyncEnumerable<OperationEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<OperationEvent>(
            new BoundedChannelOptions(Buffered) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_gate)
        {
            foreach (var change in _changes)
                channel.Writer.TryWrite(change);
            if (_completed)
                channel.Writer.Complete();
            else
                _watchers.Add(channel);
        }

        try
        {
            await foreach (var item in channel.Reader.ReadAllAsync(cancellationToken))
                yield return item;
        }
        finally
        {
            lock (_gate)
                _watchers.Remove(channel);
        }
    }

    /// <summary>Anything but more bytes of the same step.</summary>
    private bool IsChange(OperationEvent value) =>
        _changes.Count == 0
        || (_changes[^1].Step, _changes[^1].StepState, _changes[^1].State, _changes[^1].Message)
            != (value.Step, value.StepState, value.State, value.Message);
}
