using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>One service instance a call: from the services if registered there, else made and disposed of.</summary>
internal sealed class ServiceActivator<TService>
    where TService : class
{
    private static readonly bool IsDisposable =
        typeof(IDisposable).IsAssignableFrom(typeof(TService)) || typeof(IAsyncDisposable).IsAssignableFrom(typeof(TService));

    private readonly Lazy<ObjectFactory<TService>> _factory = new(() => ActivatorUtilities.CreateFactory<TService>([]));

    internal TTask Use<TState, TTask>(
        ServerCallContext context, TState state, Func<TService, TState, ServerCallContext, TTask> call)
        where TTask : Task
    {
        var httpContext = context.GetHttpContext();
        var service = httpContext.RequestServices.GetService<TService>();
        if (service is null)
        {
            service = _factory.Value(httpContext.RequestServices, []);
            if (IsDisposable)
                RegisterForDispose(httpContext, service);
        }

        return call(service, state, context);
    }

    private static void RegisterForDispose(HttpContext httpContext, TService service)
    {
        if (service is IAsyncDisposable asyncDisposable)
            httpContext.Response.RegisterForDisposeAsync(asyncDisposable);
        else if (service is IDisposable disposable)
            httpContext.Response.RegisterForDispose(disposable);
    }
}
