namespace Orleans.Runtime.Scheduling;

/// <summary>
/// The requests of one activation: which wait, which run, and which may start now. Not thread-safe: its activation
/// guards it.
/// </summary>
internal sealed class RequestQueue
{
    private readonly List<Request> _running = new(1);
    private Request? _first;
    private Request? _last;
    private int _exclusive;
    private int _readers;
    private int _interleaving;
    private int _readOnly;

    internal int Waiting { get; private set; }

    internal int Running => _running.Count;

    internal bool IsEmpty => Waiting == 0 && Running == 0;

    internal void Add(Request request)
    {
        if (_last is null) _first = request;
        else _last.Next = request;
        _last = request;
        Count(request, 1);
    }

    /// <summary>Whether a request that has just been added can start, or must wait for one that runs.</summary>
    internal bool MayStart(Request request) => request.Interleaving switch
    {
        Interleaving.Always => true,
        Interleaving.ReadOnly => _exclusive == 0,
        _ => _exclusive == 0 && _readers == 0,
    };

    /// <summary>The oldest that may start, which then counts as running; null if there is none.</summary>
    internal Request? Take()
    {
        if (Waiting == 0) return null;
        if (_exclusive > 0 && _interleaving == 0) return null;
        if (_readers > 0 && _interleaving == 0 && _readOnly == 0) return null;

        Request? before = null;
        for (var request = _first; request is not null;)
        {
            var next = request.Next;
            if (request.IsCompleted)
            {
                // Its caller has gone (timeout, cancellation), so it must not run.
                Unlink(before, request);
            }
            else if (MayStart(request))
            {
                Unlink(before, request);
                SetRunning(request);
                return request;
            }
            else
            {
                before = request;
            }

            request = next;
        }

        return null;
    }

    internal void Finished(Request request)
    {
        if (!_running.Remove(request)) return;
        if (request.Interleaving == Interleaving.ReadOnly) _readers--;
        else if (request.Interleaving == Interleaving.Never) _exclusive--;
    }

    /// <summary>Takes all that wait out of the queue, in order.</summary>
    internal List<Request> TakeAllWaiting()
    {
        var all = new List<Request>(Waiting);
        while (_first is { } request)
        {
            Unlink(null, request);
            all.Add(request);
        }

        return all;
    }

    /// <summary>The requests whose callers have waited too long.</summary>
    internal void CollectExpired(long now, TimeProvider time, TimeSpan timeout, ref List<Request>? expired)
    {
        foreach (var request in _running)
        {
            if (request.HasExpired(now, time, timeout)) (expired ??= []).Add(request);
        }

        for (var request = _first; request is not null; request = request.Next)
        {
            if (request.HasExpired(now, time, timeout)) (expired ??= []).Add(request);
        }
    }

    internal string Describe(TimeProvider time) => _running.Count == 0
        ? $"nothing runs and {Waiting} wait"
        : $"running: {string.Join(", ", _running.Select(r => $"{r.Method} for {time.GetElapsedTime(r.SentAt).TotalSeconds:0.0} s"))}; "
            + $"{Waiting} wait";

    private void SetRunning(Request request)
    {
        _running.Add(request);
        if (request.Interleaving == Interleaving.ReadOnly) _readers++;
        else if (request.Interleaving == Interleaving.Never) _exclusive++;
    }

    private void Unlink(Request? before, Request request)
    {
        if (before is null) _first = request.Next;
        else before.Next = request.Next;
        if (ReferenceEquals(_last, request)) _last = before;
        request.Next = null;
        Count(request, -1);
    }

    private void Count(Request request, int change)
    {
        Waiting += change;
        if (request.Interleaving == Interleaving.Always) _interleaving += change;
        else if (request.Interleaving == Interleaving.ReadOnly) _readOnly += change;
    }
}
