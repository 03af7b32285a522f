using System.Diagnostics;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Streaming;

/// <summary>The grain's side: the enumerator, which runs in the grain's turns only.</summary>
internal sealed class StreamSession<T>(GrainStream<T> stream, Activity? span) : IStreamSession
{
    private const int MaxBatch = 100;

    private readonly CancellationTokenSource _cancellation = new();
    private readonly CancellationTokenSource _aborted = new();
    private Activation? _activation;
    private IAsyncEnumerator<T>? _enumerator;
    private Task<bool>? _pending;
    private Exception? _failure;

    internal GrainStream<T> Stream => stream;

    internal bool IsOver { get; private set; }

    /// <summary>The activation ends: the reader must not wait for more.</summary>
    public void Dispose()
    {
        _cancellation.Cancel();
        _aborted.Cancel();
    }

    internal void Cancel() => _cancellation.Cancel();

    internal async ValueTask<StreamBatch<T>> NextAsync(Activation activation, object grain)
    {
        if (span is not null) Activity.Current = span;
        Begin(activation, grain);
        if (_failure is { } failure) return await FailAsync(failure);

        var items = new List<T>();
        try
        {
            while (true)
            {
                if (_pending is null)
                {
                    var next = _enumerator!.MoveNextAsync();
                    if (!next.IsCompleted) _pending = next.AsTask();
                    else if (!await next) return await EndAsync(items);
                }

                if (_pending is not null)
                {
                    // What is there goes out at once; the reader comes back for the rest.
                    if (items.Count > 0 && !_pending.IsCompleted) return new(items, Ended: false);
                    var more = await _pending.WaitAsync(_aborted.Token);
                    _pending = null;
                    if (!more) return await EndAsync(items);
                }

                items.Add(Copier<T>.Copy(_enumerator!.Current));
                if (items.Count == MaxBatch) return new(items, Ended: false);
            }
        }
        catch (OperationCanceledException) when (_aborted.IsCancellationRequested)
        {
            return await FailAsync(new EnumerationAbortedException(
                $"The enumeration was aborted: {activation.GrainId} was deactivated while {stream.Method} was being read."));
        }
        catch (Exception e) when (items.Count > 0)
        {
            _failure = e;
            return new(items, Ended: false);
        }
        catch (Exception e)
        {
            return await FailAsync(e);
        }
    }

    internal async ValueTask EndAsync()
    {
        if (IsOver) return;
        IsOver = true;
        _activation?.Remove(this);
        _cancellation.Cancel();
        if (_pending is { IsCompleted: false } pending)
        {
            // The grain has been told; a reader that leaves does not wait for it to notice.
            _ = DisposeAfterAsync(pending);
            return;
        }

        if (_enumerator is not null) await _enumerator.DisposeAsync();
    }

    private void Begin(Activation activation, object grain)
    {
        if (_enumerator is null && !IsOver)
        {
            _activation = activation;
            activation.Add(this);
            _enumerator = stream.Open(grain, _cancellation.Token).GetAsyncEnumerator(_cancellation.Token);
        }
        else if (!ReferenceEquals(_activation, activation))
        {
            throw new EnumerationAbortedException(
                $"The enumeration was aborted: {activation.GrainId} was deactivated while {stream.Method} was being read.");
        }
    }

    private async ValueTask<StreamBatch<T>> EndAsync(List<T> items)
    {
        await EndAsync();
        return new(items, Ended: true);
    }

    private async ValueTask<StreamBatch<T>> FailAsync(Exception exception)
    {
        await EndAsync();
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception);
        return null!;
    }

    private async Task DisposeAfterAsync(Task pending)
    {
        await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await _enumerator!.DisposeAsync();
    }
}

/// <summary>The reader asks for more. It may wait as long as the stream does.</summary>
internal sealed class StreamStep<T>(StreamSession<T> session, CancellationToken token)
    : Request<StreamBatch<T>>(session.Stream.Target, session.Stream.Method)
{
    private CancellationToken _token = token;

    protected internal override CancellationToken Token { get => _token; set => _token = value; }

    internal override bool Expires => false;

    internal override bool IsCall => false;

    internal override Interleaving Interleaving => Interleaving.Always;

    protected override async ValueTask<StreamBatch<T>> Call(object grain)
    {
        using var cancelled = _token.UnsafeRegister(static s => ((StreamSession<T>)s!).Cancel(), session);
        return await session.NextAsync(RunsOn!, grain);
    }
}

/// <summary>The reader leaves.</summary>
internal sealed class StreamEnd<T>(StreamSession<T> session) : Request<Nothing>(session.Stream.Target, session.Stream.Method)
{
    internal override bool IsCall => false;

    internal override Interleaving Interleaving => Interleaving.Always;

    protected override async ValueTask<Nothing> Call(object grain)
    {
        await session.EndAsync();
        return default;
    }
}
