using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The messages that a handler streams; a write waits while the client does not read.</summary>
internal sealed class ResponseStream<TResponse>(HttpContextServerCallContext context, Marshaller<TResponse> marshaller)
    : IServerStreamWriter<TResponse>
    where TResponse : class
{
    private readonly PipeWriter _body = context.HttpContext.Response.BodyWriter;
    private readonly CancellationToken _aborted = context.HttpContext.RequestAborted;
    private int _writing;
    private volatile bool _completed;

    public WriteOptions? WriteOptions
    {
        get => context.WriteOptions;
        set => context.WriteOptions = value;
    }

    public Task WriteAsync(TResponse message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TResponse message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var registration = cancellationToken.UnsafeRegister(static call => ((HttpContextServerCallContext)call!).Reset(), context);
        cancellationToken.ThrowIfCancellationRequested();
        if (_completed || _aborted.IsCancellationRequested)
            throw new InvalidOperationException("Can't write the message because the request is complete.");
        if (Interlocked.Exchange(ref _writing, 1) == 1)
            throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        try
        {
            if (!context.HttpContext.Response.HasStarted)
                await context.HttpContext.Response.StartAsync(cancellationToken);
            context.Writer.Write(_body, message, marshaller.ContextualSerializer);
            if (((context.WriteOptions?.Flags ?? default) & WriteFlags.BufferHint) == 0)
                await FlushAsync(cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    internal void Complete() => _completed = true;

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var result = await _body.FlushAsync(cancellationToken);

        // Kestrel ends a flush without an error when the client is gone.
        if (!result.IsCompleted && (context.CancellationToken.IsCancellationRequested || cancellationToken.IsCancellationRequested))
            throw new OperationCanceledException("Request aborted while sending the message.");
    }
}
