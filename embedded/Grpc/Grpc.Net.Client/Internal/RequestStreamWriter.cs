using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>The messages that this client streams; a write waits while the server does not read.</summary>
internal sealed class RequestStreamWriter<TRequest> : IClientStreamWriter<TRequest>, IStreamedRequest
    where TRequest : class
{
    // Continuations run at once, so that the end of the stream is on its way when CompleteAsync returns.
    private readonly TaskCompletionSource _completed = new();
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ClientCall _call;
    private readonly Marshaller<TRequest> _marshaller;
    private readonly MessageWriter _writer;
    private int _writing;
    private bool _completeCalled;

    internal RequestStreamWriter(ClientCall call, Marshaller<TRequest> marshaller, int? maxSendMessageSize)
    {
        _call = call;
        _marshaller = marshaller;
        _writer = new MessageWriter(maxSendMessageSize);
        WriteOptions = call.Options.WriteOptions;
        call.OnFinished = () =>
        {
            _opened.TrySetCanceled();
            _completed.TrySetCanceled();
        };
    }

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        ObjectDisposedException.ThrowIf(_call.IsDisposed, _call);
        if (_completeCalled)
            throw new InvalidOperationException("Request stream has already been completed.");
        if (_call.IsFinished)
            throw Failure();
        if (Interlocked.Exchange(ref _writing, 1) == 1)
            throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        try
        {
            using var registration = cancellationToken.UnsafeRegister(static call => ((ClientCall)call!).CancelByCaller(), _call);
            var stream = await _opened.Task.ConfigureAwait(false);
            using var buffer = new PooledBufferWriter();
            _writer.Write(buffer, message, _marshaller.ContextualSerializer);
            await stream.WriteAsync(buffer.Written, _call.CancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(_call.CancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (_call.IsFinished || exception is OperationCanceledException)
        {
            throw Failure();
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        ObjectDisposedException.ThrowIf(_call.IsDisposed, _call);
        if (Volatile.Read(ref _writing) == 1)
            throw new InvalidOperationException("Can't complete the client stream writer because the previous write is in progress.");
        _completeCalled = true;
        _completed.TrySetResult();
        return Task.CompletedTask;
    }

    async Task IStreamedRequest.CopyToAsync(Stream stream)
    {
        // The headers go out now, so that the server can begin before the first message.
        await stream.FlushAsync(_call.CancellationToken).ConfigureAwait(false);
        _opened.TrySetResult(stream);
        await _completed.Task.ConfigureAwait(false);
    }

    /// <summary>A call that ended well before its requests did takes no more of them: to the writer that is a cancellation.</summary>
    private RpcException Failure() => _call.FailureOf(
        _call.IsFinished && _call.FinishedStatus is { StatusCode: not StatusCode.OK } status ? status : Status.DefaultCancelled);
}
