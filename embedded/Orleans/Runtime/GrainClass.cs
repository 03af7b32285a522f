using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Runtime;

/// <summary>What is known of a grain's class.</summary>
internal sealed class GrainClass
{
    private static readonly ConstructorInfo[] None = [];

    internal GrainClass(Type type)
    {
        Type = type;
        GrainType = type.GetCustomAttribute<GrainTypeAttribute>()?.GrainType ?? DeriveGrainType(type);
        Reentrant = type.IsDefined(typeof(ReentrantAttribute));
        FiltersItself = typeof(IIncomingGrainCallFilter).IsAssignableFrom(type);
        Interfaces = type.GetInterfaces().Where(i => i != typeof(IAddressable) && typeof(IAddressable).IsAssignableFrom(i)).ToArray();

        var limit = type.GetCustomAttribute<CollectionAgeLimitAttribute>();
        StaysAlways = limit is { AlwaysActive: true } || type.IsDefined(typeof(KeepAliveAttribute));
        AgeLimit = limit?.AgeLimit;
        StateParameters = (type.GetConstructors() is { Length: > 0 } constructors ? constructors : None)
            .OrderByDescending(c => c.GetParameters().Length)
            .Take(1)
            .SelectMany(c => c.GetParameters())
            .Where(p => p.IsDefined(typeof(PersistentStateAttribute)) || p.ParameterType == typeof(IGrainContext))
            .ToArray();
    }

    internal Type Type { get; }

    internal string GrainType { get; }

    internal Type[] Interfaces { get; }

    internal bool Reentrant { get; }

    internal bool FiltersItself { get; }

    internal bool StaysAlways { get; }

    internal TimeSpan? AgeLimit { get; }

    /// <summary>The constructor's parameters that the runtime fills, in order; the services fill the others.</summary>
    internal ParameterInfo[] StateParameters { get; }

    private static string DeriveGrainType(Type type)
    {
        var name = type.Name.ToLowerInvariant();
        return name.EndsWith("grain", StringComparison.Ordinal) && name.Length > "grain".Length ? name[..^"grain".Length] : name;
    }
}
