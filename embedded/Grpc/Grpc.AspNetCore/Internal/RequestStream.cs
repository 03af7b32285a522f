using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The messages that a client streams.</summary>
internal sealed class RequestStream<TRequest>(HttpContextServerCallContext context, Marshaller<TRequest> marshaller) : IAsyncStreamReader<TRequest>
    where TRequest : class
{
    private readonly MessageReader _reader = context.CreateReader();
    private readonly CancellationToken _aborted = context.HttpContext.RequestAborted;
    private volatile bool _completed;

    public TRequest Current { get; private set; } = null!;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_completed || _aborted.IsCancellationRequested)
            throw new InvalidOperationException("Can't read messages after the request is complete.");
        Current = null!;
        var message = await _reader.ReadNextAsync(marshaller.ContextualDeserializer, cancellationToken);
        Current = message!;
        return message is not null;
    }

    /// <summary>The handler has returned: what still holds the stream may not touch the request any more.</summary>
    internal void Complete() => _completed = true;
}
