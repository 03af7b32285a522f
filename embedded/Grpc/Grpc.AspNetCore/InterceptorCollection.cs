using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>The interceptors of a server, in the order in which they see a call.</summary>
public class InterceptorCollection : Collection<InterceptorRegistration>
{
    /// <summary>Without arguments the instance comes from the services if registered there, else it is made for each call.</summary>
    public void Add<[DynamicallyAccessedMembers(InterceptorRegistration.Accessed)] TInterceptor>(params object[] args)
        where TInterceptor : Interceptor => Add(typeof(TInterceptor), args);

    public void Add([DynamicallyAccessedMembers(InterceptorRegistration.Accessed)] Type interceptorType, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(interceptorType);
        if (!interceptorType.IsSubclassOf(typeof(Interceptor)))
            throw new ArgumentException($"Type must inherit from {typeof(Interceptor).FullName}.", nameof(interceptorType));
        Add(new InterceptorRegistration(interceptorType, args));
    }
}

/// <summary>One interceptor by its type.</summary>
public class InterceptorRegistration
{
    internal const DynamicallyAccessedMemberTypes Accessed = DynamicallyAccessedMemberTypes.PublicConstructors;

    private readonly object[] _arguments;
    private readonly Lazy<ObjectFactory> _factory;

    internal InterceptorRegistration([DynamicallyAccessedMembers(Accessed)] Type type, object[] arguments)
    {
        if (arguments.Contains(null))
            throw new ArgumentException("Interceptor arguments contains a null value. Null interceptor arguments are not supported.", nameof(arguments));
        Type = type;
        _arguments = arguments;
        _factory = new Lazy<ObjectFactory>(() => ActivatorUtilities.CreateFactory(Type, [.. _arguments.Select(one => one.GetType())]));
    }

    [DynamicallyAccessedMembers(Accessed)]
    public Type Type { get; }

    public IReadOnlyList<object> Arguments => _arguments;

    /// <summary>The instance for one call, and whether the call has to dispose of it.</summary>
    internal (Interceptor Instance, bool Owned) Create(IServiceProvider services) =>
        _arguments.Length == 0 && services.GetService(Type) is Interceptor registered
            ? (registered, false)
            : ((Interceptor)_factory.Value(services, _arguments), true);
}
