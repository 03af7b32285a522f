using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>Settings of a channel.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Must fit the address' scheme. Default: TLS for https, none for http.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>In bytes; null, the default, means no limit. A larger request fails with ResourceExhausted.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>In bytes; null means no limit. Default: 4 MB. A larger response fails with ResourceExhausted.</summary>
    public int? MaxReceiveMessageSize { get; set; } = Wire.DefaultMaxReceiveMessageSize;

    /// <summary>Where failed calls are logged, at the level Information. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The client to send requests with; not together with <see cref="HttpHandler"/>.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>The handler to send requests with; it decides on trusted roots, client certificates and proxies.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Disposes of a given client or handler with the channel. Default: false; the channel's own always go with it.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Sends call credentials without TLS too, where anybody on the way can read them. Default: false.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }
}
