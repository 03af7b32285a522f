using System.Diagnostics;
using Orleans.Diagnostics;
using Orleans.Runtime;

namespace Orleans.Streaming;

/// <summary>The caller's side: fetches what the grain has ready, a batch at a time, and never ahead of the reader.</summary>
internal sealed class StreamReader<T> : IAsyncEnumerator<T>
{
    private static readonly List<T> NoItems = [];

    private readonly GrainStream<T> _stream;
    private readonly StreamSession<T> _session;
    private readonly CancellationTokenSource _cancellation;
    private readonly Activity? _span;
    private List<T> _items = NoItems;
    private int _next;
    private bool _ended;
    private bool _started;

    internal StreamReader(GrainStream<T> stream, CancellationToken cancellationToken)
    {
        _stream = stream;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(stream.Token, cancellationToken);
        var current = Activity.Current;
        if (stream.Target.Runtime.Tracing is not null)
        {
            _span = ActivitySources.Application.StartActivity(stream.Method.ActivityName, ActivityKind.Client);
            Activity.Current = current;
        }

        _session = new StreamSession<T>(stream, _span);
    }

    public T Current { get; private set; } = default!;

    public async ValueTask<bool> MoveNextAsync()
    {
        while (_next == _items.Count)
        {
            if (_ended) return false;
            _cancellation.Token.ThrowIfCancellationRequested();
            _started = true;
            var batch = await Send(new StreamStep<T>(_session, _cancellation.Token));
            (_items, _next, _ended) = (batch.Items, 0, batch.Ended);
        }

        Current = _items[_next++];
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_started && !_session.IsOver) await Send(new StreamEnd<T>(_session));
        }
        finally
        {
            _cancellation.Dispose();
            var current = Activity.Current;
            _span?.Stop();
            Activity.Current = current;
        }
    }

    private Task<TResult> Send<TResult>(Request<TResult> request) => RequestAdapters.Send(request);
}
