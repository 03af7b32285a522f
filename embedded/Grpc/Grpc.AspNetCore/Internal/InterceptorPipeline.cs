using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Puts the interceptors around a handler; each gets its instance when a call comes by.</summary>
internal sealed class InterceptorPipeline(IReadOnlyList<InterceptorRegistration> interceptors)
{
    internal UnaryServerMethod<TRequest, TResponse> Unary<TRequest, TResponse>(UnaryServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class => Wrap(handler, (registration, next) => (request, context) =>
            RunAsync(registration, context, interceptor => interceptor.UnaryServerHandler(request, context, next)));

    internal ClientStreamingServerMethod<TRequest, TResponse> ClientStreaming<TRequest, TResponse>(
        ClientStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class => Wrap(handler, (registration, next) => (requests, context) =>
            RunAsync(registration, context, interceptor => interceptor.ClientStreamingServerHandler(requests, context, next)));

    internal ServerStreamingServerMethod<TRequest, TResponse> ServerStreaming<TRequest, TResponse>(
        ServerStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class => Wrap(handler, (registration, next) => (request, responses, context) =>
            RunAsync(registration, context, async interceptor =>
            {
                await interceptor.ServerStreamingServerHandler(request, responses, context, next);
                return true;
            }));

    internal DuplexStreamingServerMethod<TRequest, TResponse> DuplexStreaming<TRequest, TResponse>(
        DuplexStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class => Wrap(handler, (registration, next) => (requests, responses, context) =>
            RunAsync(registration, context, async interceptor =>
            {
                await interceptor.DuplexStreamingServerHandler(requests, responses, context, next);
                return true;
            }));

    private THandler Wrap<THandler>(THandler handler, Func<InterceptorRegistration, THandler, THandler> wrap) =>
        interceptors.Reverse().Aggregate(handler, (next, registration) => wrap(registration, next));

    private static async Task<T> RunAsync<T>(
        InterceptorRegistration registration, ServerCallContext context, Func<Interceptor, Task<T>> call)
    {
        var (interceptor, owned) = registration.Create(context.GetHttpContext().RequestServices);
        try
        {
            return await call(interceptor);
        }
        finally
        {
            if (owned && interceptor is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else if (owned && interceptor is IDisposable disposable)
                disposable.Dispose();
        }
    }
}
