using System.Diagnostics;
using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>
/// One call from its start to its status, whatever its messages are. The status is set once, by whatever comes first: the
/// server's answer, a failure, the deadline, a cancellation or the call's disposal.
/// </summary>
internal abstract class ClientCall : IDisposable
{
    internal static readonly Func<object, Task<Metadata>> GetHeaders = static call => ((ClientCall)call).ReadHeadersAsync();
    internal static readonly Func<object, Status> GetStatus = static call => ((ClientCall)call).FinishedStatus;
    internal static readonly Func<object, Metadata> GetTrailers = static call => ((ClientCall)call).FinishedTrailers;
    internal static readonly Action<object> Dispose = static call => ((ClientCall)call).DisposeCall();

    private static readonly ActivitySource Activities = new("Grpc.Net.Client");

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly IMethod _method;
    private CancellationTokenRegistration _callerRegistration;
    private readonly DateTime _deadline;
    private Timer? _deadlineTimer;
    private Activity? _activity;
    private Task<HttpResponseMessage>? _responseTask;
    private Task<Metadata>? _headersTask;
    private HttpResponseMessage? _response;
    private Metadata? _trailers;
    private Status _status;
    private volatile bool _finished;

    protected ClientCall(GrpcChannel channel, IMethod method, CallOptions options)
    {
        _deadline = options.Deadline ?? DateTime.MaxValue;
        if (_deadline != DateTime.MaxValue && _deadline != DateTime.MinValue && _deadline.Kind != DateTimeKind.Utc)
        {
            throw new InvalidOperationException(
                "Deadline must have a kind DateTimeKind.Utc or be equal to DateTime.MaxValue or DateTime.MinValue.");
        }

        Channel = channel;
        Options = options;
        _method = method;
    }

    /// <summary>Set by the kinds of calls that stream requests, so that the stream ends with the call.</summary>
    internal Action? OnFinished { get; set; }

    internal GrpcChannel Channel { get; }

    internal CallOptions Options { get; }

    internal CancellationToken CancellationToken => _cancellation.Token;

    internal bool IsDisposed { get; private set; }

    internal bool IsFinished => _finished;

    internal Status FinishedStatus => _finished
        ? _status
        : throw new InvalidOperationException("Unable to get the status because the call is not complete.");

    private Metadata FinishedTrailers
    {
        get
        {
            if (_finished && _trailers is null && _response is { } response && _status.StatusCode == StatusCode.OK)
                _trailers = ResponseHeaders.ToMetadata(response.TrailingHeaders);
            return _finished && _trailers is not null
                ? _trailers
                : throw new InvalidOperationException("Can't get the call trailers because the call has not completed successfully.");
        }
    }

    void IDisposable.Dispose() => DisposeCall();

    internal Task<HttpResponseMessage> Start(HttpContent content)
    {
        Channel.Add(this);
        return _responseTask = SendAsync(content);
    }

    /// <summary>Ends the call from this side; the server sees its stream reset.</summary>
    internal void Cancel(Status status)
    {
        if (!TryFinish(status, null))
            return;
        _cancellation.Cancel();
        _response?.Dispose();
    }

    internal void CancelByCaller() => Cancel(new Status(StatusCode.Cancelled, "Call canceled by the client."));

    /// <summary>The answer has been read to its end: its status becomes the call's.</summary>
    internal Status Finish(HttpResponseMessage response)
    {
        var status = ResponseHeaders.ReadStatus(response);
        Finish(status, status.StatusCode == StatusCode.OK ? null : ResponseHeaders.ToMetadata(response.TrailingHeaders));
        return _status;
    }

    internal void Finish(Status status, Metadata? trailers)
    {
        if (TryFinish(status, trailers))
            _response?.Dispose();
    }

    /// <summary>The exception for a step that failed; it ends the call unless something else has ended it before.</summary>
    internal RpcException Fail(Exception exception)
    {
        if (_finished && exception is RpcException thrown && thrown.StatusCode == _status.StatusCode)
            return thrown;
        if (!_finished)
            Cancel(Errors.ToStatus(exception, DateTime.UtcNow >= _deadline));
        return FailureOf(_status);
    }

    internal RpcException FailureOf(Status status) => _trailers is null ? new RpcException(status) : new RpcException(status, _trailers);

    private async Task<HttpResponseMessage> SendAsync(HttpContent content)
    {
        try
        {
            StartActivity();
            var request = CreateRequest(content);
            StartCancellation();
            if (Options.Credentials is not null || Channel.CallCredentials.Count > 0)
                await AddCredentialsAsync(request).ConfigureAwait(false);
            CancellationToken.ThrowIfCancellationRequested();
            var response = Channel.Invoker is HttpClient client
                ? await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CancellationToken).ConfigureAwait(false)
                : await Channel.Invoker.SendAsync(request, CancellationToken).ConfigureAwait(false);
            _response = response;
            Interlocked.MemoryBarrier(); // Cancel sets the end and then looks for the response, here it is the other way round.
            if (_finished)
                response.Dispose();
            CancellationToken.ThrowIfCancellationRequested();
            if (ResponseHeaders.Check(response) is { } status)
            {
                Finish(status, ResponseHeaders.ToMetadata(response.Headers));
                throw FailureOf(status);
            }

            return response;
        }
        catch (Exception exception)
        {
            throw Fail(exception);
        }
    }

    private HttpRequestMessage CreateRequest(HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Channel.Address, _method.FullName))
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        var headers = request.Headers;
        headers.TryAddWithoutValidation("User-Agent", "grpc-dotnet/embedded");
        headers.TryAddWithoutValidation("TE", "trailers");
        headers.TryAddWithoutValidation(Wire.AcceptEncodingHeader, Wire.SupportedEncodings);
        foreach (var entry in Options.Headers ?? Metadata.Empty)
        {
            if (entry.Key == Wire.CompressionRequestHeader)
                throw new NotSupportedException($"Sending compressed messages ('{entry.Key}') is not supported by this client.");
            if (entry.Key != Wire.TimeoutHeader)
                headers.TryAddWithoutValidation(entry.Key, entry.HeaderValue);
        }

        if (_deadline != DateTime.MaxValue)
            headers.TryAddWithoutValidation(Wire.TimeoutHeader, Wire.EncodeTimeout(_deadline - DateTime.UtcNow));
        return request;
    }

    private async Task AddCredentialsAsync(HttpRequestMessage request)
    {
        if (!Channel.SendsCallCredentials)
        {
            ClientLog.CredentialsNotUsed(Channel.Logger);
            return;
        }

        var serviceUrl = $"{Channel.Address.Scheme}://{Channel.Address.Authority}/{_method.ServiceName}";
        var context = new AuthInterceptorContext(serviceUrl, _method.Name, CancellationToken);
        var metadata = new Metadata();
        if (Options.Credentials is not null)
            await Options.Credentials.AddHeadersAsync(context, metadata).ConfigureAwait(false);
        foreach (var credentials in Channel.CallCredentials)
            await credentials.AddHeadersAsync(context, metadata).ConfigureAwait(false);
        foreach (var entry in metadata)
            request.Headers.TryAddWithoutValidation(entry.Key, entry.HeaderValue);
    }

    private void StartCancellation()
    {
        if (_deadline != DateTime.MaxValue)
        {
            lock (_gate)
            {
                if (!_finished)
                {
                    using (ExecutionContext.SuppressFlow())
                        _deadlineTimer = new Timer(static call => ((ClientCall)call!).OnTimer(), this, TimeToDeadline(), Timeout.InfiniteTimeSpan);
                }
            }
        }

        // Registering on a token that is cancelled already cancels the call here and now.
        _callerRegistration = Options.CancellationToken.UnsafeRegister(static call => ((ClientCall)call!).CancelByCaller(), this);
        if (_finished)
            _callerRegistration.Unregister();
    }

    private TimeSpan TimeToDeadline()
    {
        var left = _deadline - DateTime.UtcNow;
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < Wire.MaxTimerWait ? left : Wire.MaxTimerWait;
    }

    private void OnTimer()
    {
        var left = TimeToDeadline();
        if (left == TimeSpan.Zero)
        {
            Cancel(new Status(StatusCode.DeadlineExceeded, ""));
            return;
        }

        lock (_gate)
        {
            if (!_finished)
                _deadlineTimer?.Change(left, Timeout.InfiniteTimeSpan);
        }
    }

    private void StartActivity()
    {
        // Without listeners the HTTP handler alone passes the trace on.
        if (!Activities.HasListeners())
            return;
        _activity = Activities.StartActivity("Grpc.Net.Client.GrpcOut", ActivityKind.Client);
        _activity?.AddTag("grpc.method", _method.FullName);
    }

    private bool TryFinish(Status status, Metadata? trailers)
    {
        lock (_gate)
        {
            if (_finished)
                return false;
            _status = status;
            _trailers = trailers;
            _finished = true;
        }

        _deadlineTimer?.Dispose();
        _callerRegistration.Unregister();
        Channel.Remove(this);
        OnFinished?.Invoke();
        if (status.StatusCode != StatusCode.OK)
            ClientLog.CallFailed(Channel.Logger, _method.FullName, status.StatusCode, status.Detail);
        StopActivity(status);
        return true;
    }

    private void StopActivity(Status status)
    {
        if (_activity is null)
            return;

        // Stopping makes the parent current, which is right only where the call's own activity is current.
        var current = Activity.Current;
        _activity.AddTag("grpc.status_code", Wire.StatusText(status.StatusCode));
        _activity.Stop();
        if (current != _activity)
            Activity.Current = current;
    }

    private Task<Metadata> ReadHeadersAsync()
    {
        return _headersTask ??= ReadAsync(_responseTask!);

        static async Task<Metadata> ReadAsync(Task<HttpResponseMessage> responseTask) =>
            ResponseHeaders.ToMetadata((await responseTask.ConfigureAwait(false)).Headers);
    }

    private void DisposeCall()
    {
        IsDisposed = true;
        Cancel(new Status(StatusCode.Cancelled, "gRPC call disposed."));
    }
}
