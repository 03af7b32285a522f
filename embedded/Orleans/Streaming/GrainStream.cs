using Orleans.Runtime;

namespace Orleans.Streaming;

/// <summary>What a grain's method that returns a stream gives its caller. The grain begins when somebody reads.</summary>
internal abstract class GrainStream<T>(GrainReference target, GrainMethod method) : IAsyncEnumerable<T>
{
    internal GrainReference Target => target;

    internal GrainMethod Method => method;

    /// <summary>The call's own token argument; generated code overrides it.</summary>
    protected internal virtual CancellationToken Token { get => default; set => _ = value; }

    protected abstract IAsyncEnumerable<T> Call(object grain, CancellationToken token);

    internal IAsyncEnumerable<T> Open(object grain, CancellationToken token) => Call(grain, token);

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new StreamReader<T>(this, cancellationToken);
}

/// <summary>A stream being read, as its activation knows it.</summary>
internal interface IStreamSession : IDisposable;

/// <summary>What one step brings; its items are copies already.</summary>
[Immutable]
internal sealed record StreamBatch<T>(List<T> Items, bool Ended);
