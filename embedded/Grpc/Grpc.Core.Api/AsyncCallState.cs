namespace Grpc.Core;

/// <summary>What the four kinds of call objects share: headers, status, trailers and the end of the call.</summary>
internal readonly struct AsyncCallState(
    Func<object, Task<Metadata>> responseHeaders,
    Func<object, Status> getStatus,
    Func<object, Metadata> getTrailers,
    Action<object> dispose,
    object state)
{
    internal AsyncCallState(Task<Metadata> responseHeaders, Func<Status> getStatus, Func<Metadata> getTrailers, Action dispose)
        : this(
            static state => ((Delegates)state).ResponseHeaders,
            static state => ((Delegates)state).GetStatus(),
            static state => ((Delegates)state).GetTrailers(),
            static state => ((Delegates)state).Dispose(),
            new Delegates(responseHeaders, getStatus, getTrailers, dispose))
    {
    }

    internal Task<Metadata> ResponseHeaders => responseHeaders(state);

    internal Status GetStatus() => getStatus(state);

    internal Metadata GetTrailers() => getTrailers(state);

    internal void Dispose() => dispose(state);

    private sealed record Delegates(Task<Metadata> ResponseHeaders, Func<Status> GetStatus, Func<Metadata> GetTrailers, Action Dispose);
}
