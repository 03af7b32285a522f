using System.Collections.Immutable;
using System.Net;
using System.Numerics;
using Orleans.Runtime;

namespace Orleans.Serialization;

/// <summary>The types whose values never change, so that caller and grain may share them.</summary>
internal static class ImmutableTypes
{
    private static readonly HashSet<Type> Known =
    [
        typeof(string), typeof(decimal), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly),
        typeof(TimeSpan), typeof(Guid), typeof(Uri), typeof(Version), typeof(Type), typeof(Half), typeof(Int128), typeof(UInt128),
        typeof(BigInteger), typeof(IPAddress), typeof(IPEndPoint), typeof(CancellationToken), typeof(Nothing), typeof(GrainId),
        typeof(GrainType), typeof(IdSpan), typeof(System.Text.Rune), typeof(Index), typeof(Range), typeof(DBNull),
    ];

    private static readonly HashSet<Type> TransparentGenerics =
    [
        typeof(Nullable<>), typeof(KeyValuePair<,>), typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>), typeof(Tuple<,,,>),
        typeof(ValueTuple<>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>),
        typeof(ValueTuple<,,,,,>), typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>),
        typeof(ImmutableSortedSet<>), typeof(ImmutableQueue<>), typeof(ImmutableStack<>), typeof(ImmutableDictionary<,>),
        typeof(ImmutableSortedDictionary<,>),
    ];

    internal static bool Contains(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || Known.Contains(type)) return true;
        if (type.IsDefined(typeof(ImmutableAttribute), inherit: false)) return true;
        if (typeof(GrainReference).IsAssignableFrom(type)) return true;
        if (type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)) return true;
        if (typeof(Exception).IsAssignableFrom(type) || typeof(Type).IsAssignableFrom(type)) return true;
        return type.IsGenericType && TransparentGenerics.Contains(type.GetGenericTypeDefinition())
            && type.GetGenericArguments().All(Contains);
    }
}
