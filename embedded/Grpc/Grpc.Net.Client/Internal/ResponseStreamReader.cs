using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>The messages that a server streams; nothing is read ahead of MoveNext but what fits into one buffer.</summary>
internal sealed class ResponseStreamReader<TResponse>(
    ClientCall call, Task<HttpResponseMessage> responseTask, Marshaller<TResponse> marshaller) : IAsyncStreamReader<TResponse>
    where TResponse : class
{
    // A long stream is often silent: no buffer is held while nothing is there to read.
    private static readonly StreamPipeReaderOptions BodyOptions = new(bufferSize: 16 * 1024, useZeroByteReads: true);

    private HttpResponseMessage? _response;
    private PipeReader? _body;
    private MessageReader? _reader;
    private int _reading;

    public TResponse Current { get; private set; } = null!;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(call.IsDisposed, call);
        if (call.IsFinished)
            return call.FinishedStatus.StatusCode == StatusCode.OK ? false : throw call.FailureOf(call.FinishedStatus);
        if (Interlocked.Exchange(ref _reading, 1) == 1)
            throw new InvalidOperationException("Can't read the next message because the previous read is still in progress.");
        try
        {
            using var registration = cancellationToken.UnsafeRegister(static call => ((ClientCall)call!).CancelByCaller(), call);
            Current = null!;
            var reader = _reader ?? await OpenAsync().ConfigureAwait(false);
            if (await reader.ReadNextAsync(marshaller.ContextualDeserializer, call.CancellationToken).ConfigureAwait(false) is { } message)
            {
                Current = message;
                return true;
            }

            var status = call.Finish(_response!);
            await _body!.CompleteAsync().ConfigureAwait(false);
            return status.StatusCode == StatusCode.OK ? false : throw call.FailureOf(status);
        }
        catch (Exception exception)
        {
            throw call.Fail(exception);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    private async ValueTask<MessageReader> OpenAsync()
    {
        _response = await responseTask.ConfigureAwait(false);
        _body = PipeReader.Create(await _response.Content.ReadAsStreamAsync(call.CancellationToken).ConfigureAwait(false), BodyOptions);
        return _reader = new MessageReader(_body, ResponseHeaders.Encoding(_response), call.Channel.MaxReceiveMessageSize);
    }
}
