namespace Grpc.Core;

/// <summary>How a channel proves who the server is, and optionally who the caller is.</summary>
public abstract class ChannelCredentials
{
    /// <summary>HTTP/2 without TLS.</summary>
    public static ChannelCredentials Insecure { get; } = new InsecureCredentials();

    /// <summary>TLS with the machine's trusted roots.</summary>
    public static ChannelCredentials SecureSsl { get; } = new SslCredentials();

    /// <summary>The channel's credentials, with call credentials added to each call.</summary>
    public static ChannelCredentials Create(ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        ArgumentNullException.ThrowIfNull(channelCredentials);
        ArgumentNullException.ThrowIfNull(callCredentials);
        return new CompositeCredentials(channelCredentials, callCredentials);
    }

    internal abstract bool IsSecure { get; }

    internal virtual IEnumerable<CallCredentials> CallCredentials => [];

    private sealed class InsecureCredentials : ChannelCredentials
    {
        internal override bool IsSecure => false;
    }

    private sealed class CompositeCredentials(ChannelCredentials channel, CallCredentials call) : ChannelCredentials
    {
        internal override bool IsSecure => channel.IsSecure;

        internal override IEnumerable<CallCredentials> CallCredentials => [.. channel.CallCredentials, call];
    }
}

/// <summary>TLS. Own roots, client certificates and peer checks belong to the channel's HttpHandler.</summary>
public sealed class SslCredentials : ChannelCredentials
{
    internal override bool IsSecure => true;
}
