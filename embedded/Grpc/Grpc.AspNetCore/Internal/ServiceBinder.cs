using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Turns the methods that generated code binds into endpoints; reflection happens here only, at start.</summary>
internal sealed class ServiceBinder<TService> : ServiceBinderBase
    where TService : class
{
    private readonly IEndpointRouteBuilder _routes;
    private readonly ServiceRegistry _registry;
    private readonly Type _baseType;
    private readonly MethodOptions _options;
    private readonly InterceptorPipeline _pipeline;
    private readonly ServiceActivator<TService> _activator = new();
    private readonly ILogger _logger;
    private readonly List<IEndpointConventionBuilder> _endpoints = [];

    private ServiceBinder(IEndpointRouteBuilder routes, ServiceRegistry registry, Type baseType)
    {
        var services = routes.ServiceProvider;
        _routes = routes;
        _registry = registry;
        _baseType = baseType;
        _options = MethodOptions.Merge(
            services.GetRequiredService<IOptions<GrpcServiceOptions>>().Value,
            services.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value);
        _pipeline = new InterceptorPipeline(_options.Interceptors);
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Grpc.AspNetCore.Server.ServerCallHandler");
    }

    internal static IReadOnlyList<IEndpointConventionBuilder> Bind(IEndpointRouteBuilder routes, ServiceRegistry registry)
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } attribute)
                continue;
            var bind = attribute.BindType.GetMethod(
                attribute.BindMethodName, BindingFlags.Public | BindingFlags.Static, [typeof(ServiceBinderBase), type])
                ?? throw new InvalidOperationException($"{attribute.BindType} has no method {attribute.BindMethodName} for {type}.");
            var binder = new ServiceBinder<TService>(routes, registry, type);
            bind.CreateDelegate<Action<ServiceBinderBase, TService?>>()(binder, null);
            registry.MapFallback(routes, binder._endpoints);
            return binder._endpoints;
        }

        throw new InvalidOperationException($"{typeof(TService)} does not derive from a generated gRPC service.");
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>(
            method.Name, typeof(TRequest), typeof(ServerCallContext), out var metadata);
        var call = _pipeline.Unary<TRequest, TResponse>((request, context) =>
            _activator.Use(context, (invoke, request), static (service, state, context) => state.invoke(service, state.request, context)));
        Map(method, metadata, context => CallHandlers.UnaryAsync(context, method, call));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>(
            method.Name, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext), out var metadata);
        var call = _pipeline.ClientStreaming<TRequest, TResponse>((requests, context) =>
            _activator.Use(context, (invoke, requests), static (service, state, context) => state.invoke(service, state.requests, context)));
        Map(method, metadata, context => CallHandlers.ClientStreamingAsync(context, method, call));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(
            method.Name, [typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext)], out var metadata);
        var call = _pipeline.ServerStreaming<TRequest, TResponse>((request, responses, context) => _activator.Use(
            context,
            (invoke, request, responses),
            static (service, state, context) => state.invoke(service, state.request, state.responses, context)));
        Map(method, metadata, context => CallHandlers.ServerStreamingAsync(context, method, call));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var invoke = Find<Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(
            method.Name,
            [typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext)],
            out var metadata);
        var call = _pipeline.DuplexStreaming<TRequest, TResponse>((requests, responses, context) => _activator.Use(
            context,
            (invoke, requests, responses),
            static (service, state, context) => state.invoke(service, state.requests, state.responses, context)));
        Map(method, metadata, context => CallHandlers.DuplexStreamingAsync(context, method, call));
    }

    private void Map(IMethod method, object[] metadata, Func<HttpContextServerCallContext, Task> call)
    {
        _registry.Add(method.ServiceName);
        var handler = new CallHandler(_options, _logger, method, call);
        var endpoint = _routes.Map(method.FullName, handler.HandleAsync).WithDisplayName($"gRPC - {method.FullName}");
        endpoint.WithMetadata([new GrpcMethodMetadata(typeof(TService), method), .. metadata, new HttpMethodMetadata(["POST"], acceptCorsPreflight: true)]);
        _endpoints.Add(endpoint);
    }

    private TDelegate Find<TDelegate>(string name, Type first, Type second, out object[] metadata)
        where TDelegate : Delegate => Find<TDelegate>(name, [first, second], out metadata);

    /// <summary>The override in the most derived class; a method that merely hides the generated one is passed over.</summary>
    private TDelegate Find<TDelegate>(string name, Type[] parameters, out object[] metadata)
        where TDelegate : Delegate
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            var method = type.GetMethod(name, BindingFlags.Public | BindingFlags.Instance, parameters);
            if (method is not { IsVirtual: true } || method.GetBaseDefinition().DeclaringType != _baseType)
                continue;
            metadata = [.. typeof(TService).GetCustomAttributes(inherit: true), .. method.GetCustomAttributes(inherit: true)];
            return method.CreateDelegate<TDelegate>();
        }

        throw new InvalidOperationException($"Could not find '{name}' on {typeof(TService)}.");
    }
}
