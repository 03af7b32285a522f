namespace Grpc.Core;

/// <summary>Adds headers that prove who the caller is; sent over TLS only, unless the channel says otherwise.</summary>
public abstract class CallCredentials
{
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(interceptor);
        return new InterceptorCredentials(interceptor);
    }

    /// <summary>All of them, in order.</summary>
    public static CallCredentials Compose(params CallCredentials[] credentials) => credentials.Length >= 2
        ? new CompositeCredentials([.. credentials])
        : throw new ArgumentException("Composite credentials object can only be created from 2 or more credentials.");

    internal abstract Task AddHeadersAsync(AuthInterceptorContext context, Metadata headers);

    private sealed class InterceptorCredentials(AsyncAuthInterceptor interceptor) : CallCredentials
    {
        internal override Task AddHeadersAsync(AuthInterceptorContext context, Metadata headers) => interceptor(context, headers);
    }

    private sealed class CompositeCredentials(CallCredentials[] all) : CallCredentials
    {
        internal override async Task AddHeadersAsync(AuthInterceptorContext context, Metadata headers)
        {
            foreach (var one in all)
                await one.AddHeadersAsync(context, headers).ConfigureAwait(false);
        }
    }
}

/// <summary>Adds the credentials' headers to <paramref name="metadata"/>, for each call anew.</summary>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);

/// <summary>The call that credentials are asked for.</summary>
public class AuthInterceptorContext
{
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None)
    {
    }

    public AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serviceUrl);
        ArgumentNullException.ThrowIfNull(methodName);
        ServiceUrl = serviceUrl;
        MethodName = methodName;
        CancellationToken = cancellationToken;
    }

    public string ServiceUrl { get; }

    public string MethodName { get; }

    public CancellationToken CancellationToken { get; }
}
