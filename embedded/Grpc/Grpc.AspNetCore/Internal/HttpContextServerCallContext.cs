using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>A call over an HTTP/2 request.</summary>
internal sealed class HttpContextServerCallContext : ServerCallContext
{
    private const int Http2Cancel = 0x8;
    private const int Http3RequestCancelled = 0x010c;

    private readonly MethodOptions _options;
    private readonly IMethod _method;
    private readonly Activity? _activity;
    private readonly ServerDeadline? _deadline;
    private MessageWriter? _writer;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private AuthContext? _authContext;

    internal HttpContextServerCallContext(HttpContext httpContext, MethodOptions options, IMethod method, ILogger logger)
    {
        HttpContext = httpContext;
        Logger = logger;
        _options = options;
        _method = method;
        _activity = httpContext.Features.Get<IHttpActivityFeature>()?.Activity;
        _activity?.AddTag("grpc.method", MethodCore);

        var timeoutText = httpContext.Request.Headers.GrpcTimeout;
        if (timeoutText.Count == 0)
            return;
        if (Wire.TryDecodeTimeout(timeoutText.ToString(), out var timeout) && timeout > TimeSpan.Zero)
            _deadline = new ServerDeadline(this, timeout);
        else
            ServerLog.InvalidTimeoutIgnored(logger, timeoutText.ToString());
    }

    internal HttpContext HttpContext { get; }

    internal ILogger Logger { get; }

    internal bool IsDeadlineExceeded => _deadline?.IsExceeded ?? false;

    internal MessageWriter Writer => _writer ??= new MessageWriter(_options.MaxSendMessageSize);

    protected override string MethodCore => HttpContext.Request.Path.Value!;

    protected override string HostCore => HttpContext.Request.Host.Value!;

    protected override string PeerCore => HttpContext.Connection switch
    {
        { RemoteIpAddress: { AddressFamily: AddressFamily.InterNetwork } address, RemotePort: var port } => $"ipv4:{address}:{port}",
        { RemoteIpAddress: { AddressFamily: AddressFamily.InterNetworkV6 } address, RemotePort: var port } => $"ipv6:[{address}]:{port}",
        _ => "unknown",
    };

    protected override DateTime DeadlineCore => _deadline?.Time ?? DateTime.MaxValue;

    protected override CancellationToken CancellationTokenCore => _deadline?.CancellationToken ?? HttpContext.RequestAborted;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= ReadRequestHeaders();

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore =>
        _authContext ??= PeerCertificate.Describe(HttpContext.Connection.ClientCertificate);

    protected override IDictionary<object, object> UserStateCore => HttpContext.Items!;

    internal MessageReader CreateReader() =>
        new(HttpContext.Request.BodyReader, (string?)HttpContext.Request.Headers.GrpcEncoding, _options.MaxReceiveMessageSize);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (HttpContext.Response.HasStarted)
            throw new InvalidOperationException("Response headers can only be sent once per call.");
        foreach (var header in responseHeaders)
        {
            if (header.Key == Wire.CompressionRequestHeader)
                throw new NotSupportedException($"Sending compressed messages ('{header.Key}') is not supported by this server.");
            HttpContext.Response.Headers.Append(header.Key, header.HeaderValue);
        }

        return FlushAsync(HttpContext.Response.BodyWriter);

        static async Task FlushAsync(PipeWriter body) => await body.FlushAsync();
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("There are no propagation tokens.");

    /// <summary>The handler has returned or failed: decide the status and send it, unless the deadline has done so.</summary>
    internal async Task EndAsync(Exception? failure)
    {
        if (failure is not null)
            ResolveFailure(failure);
        if (_deadline is null || await _deadline.TryCompleteAsync())
            ResponseStatus.Write(HttpContext.Response, StatusCore, _responseTrailers);
        _activity?.AddTag("grpc.status_code", Wire.StatusText(StatusCore.StatusCode));
    }

    /// <summary>Answers at once, whatever the handler does, and then ends the stream in both directions.</summary>
    internal async Task AnswerDeadlineExceededAsync()
    {
        ServerLog.DeadlineExceeded(Logger, _method.FullName);
        StatusCore = new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded");
        ResponseStatus.Write(HttpContext.Response, StatusCore);
        await HttpContext.Response.CompleteAsync();
        Reset();
    }

    internal void Reset()
    {
        if (HttpContext.Features.Get<IHttpResetFeature>() is { } feature)
            feature.Reset(HttpProtocol.IsHttp3(HttpContext.Request.Protocol) ? Http3RequestCancelled : Http2Cancel);
        else
            HttpContext.Abort();
    }

    private void ResolveFailure(Exception failure)
    {
        if (IsDeadlineExceeded)
            return;
        if (failure is RpcException rpcException)
        {
            ServerLog.StatusThrown(Logger, _method.FullName, rpcException.StatusCode, rpcException.Status.Detail);
            foreach (var trailer in rpcException.Trailers)
                ResponseTrailersCore.Add(trailer);
            if (failure is UnsupportedEncodingException && !HttpContext.Response.HasStarted)
                HttpContext.Response.Headers.GrpcAcceptEncoding = Wire.SupportedEncodings;
            StatusCore = rpcException.Status;
            return;
        }

        if (failure is OperationCanceledException or IOException && CancellationTokenCore.IsCancellationRequested)
            ServerLog.HandlerCancelled(Logger, _method.FullName, failure);
        else
            ServerLog.HandlerFailed(Logger, _method.FullName, failure);
        var detail = "Exception was thrown by handler.";
        if (_options.EnableDetailedErrors)
            detail += " " + Wire.Describe(failure);
        StatusCore = new Status(StatusCode.Unknown, detail, failure);
    }

    private Metadata ReadRequestHeaders()
    {
        var headers = new Metadata();
        foreach (var (key, value) in HttpContext.Request.Headers)
        {
            if (!IsProtocolHeader(key))
                Wire.AddHeader(headers, key, value.ToString());
        }

        return headers;
    }

    /// <summary>Headers that belong to HTTP or gRPC and are no metadata.</summary>
    private static bool IsProtocolHeader(string name) => name.StartsWith(':') || name.ToLowerInvariant() is
        Wire.EncodingHeader or Wire.AcceptEncodingHeader or Wire.TimeoutHeader
        or "content-encoding" or "content-type" or "te" or "host" or "accept-encoding";
}
