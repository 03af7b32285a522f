using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Reflection;

namespace Orleans.Serialization;

/// <summary>Copiers of the collections and tuples of the framework.</summary>
internal static class CollectionCopiers
{
    private static readonly Dictionary<Type, MethodInfo> ByDefinition = typeof(CollectionCopiers)
        .GetMethods(BindingFlags.Public | BindingFlags.Static)
        .Where(m => m.ReturnType.IsGenericType && m.Name != nameof(OfArray))
        .ToDictionary(m => m.ReturnType.GetGenericTypeDefinition());

    internal static Delegate? Find(Type type)
    {
        MethodInfo? method = null;
        if (type is { IsSZArray: true }) method = typeof(CollectionCopiers).GetMethod(nameof(OfArray))!.MakeGenericMethod(type.GetElementType()!);
        else if (type.IsGenericType && ByDefinition.TryGetValue(type.GetGenericTypeDefinition(), out var definition))
        {
            method = definition.MakeGenericMethod(type.GetGenericArguments());
        }

        return method?.CreateDelegate(typeof(Func<,,>).MakeGenericType(type, typeof(CopyContext), type));
    }

    public static T[] OfArray<T>(T[] value, CopyContext context)
    {
        if (context.Find(value) is T[] known) return known;
        var copy = (T[])value.Clone();
        context.Record(value, copy);
        if (Copier<T>.IsShared) return copy;
        for (var i = 0; i < copy.Length; i++) copy[i] = Copier<T>.CopyWithin(copy[i], context);
        return copy;
    }

    public static List<T> OfList<T>(List<T> value, CopyContext context)
    {
        if (context.Find(value) is List<T> known) return known;
        var copy = new List<T>(value.Count);
        context.Record(value, copy);
        if (Copier<T>.IsShared) copy.AddRange(value);
        else foreach (var item in value) copy.Add(Copier<T>.CopyWithin(item, context));
        return copy;
    }

    public static Dictionary<TKey, TValue> OfDictionary<TKey, TValue>(Dictionary<TKey, TValue> value, CopyContext context)
        where TKey : notnull
    {
        if (context.Find(value) is Dictionary<TKey, TValue> known) return known;
        var copy = new Dictionary<TKey, TValue>(value.Count, value.Comparer);
        context.Record(value, copy);
        foreach (var (k, v) in value) copy.Add(Copier<TKey>.CopyWithin(k, context), Copier<TValue>.CopyWithin(v, context));
        return copy;
    }

    public static SortedDictionary<TKey, TValue> OfSortedDictionary<TKey, TValue>(SortedDictionary<TKey, TValue> value, CopyContext context)
        where TKey : notnull
    {
        var copy = new SortedDictionary<TKey, TValue>(value.Comparer);
        foreach (var (k, v) in value) copy.Add(Copier<TKey>.CopyWithin(k, context), Copier<TValue>.CopyWithin(v, context));
        return copy;
    }

    public static HashSet<T> OfHashSet<T>(HashSet<T> value, CopyContext context) => new(Each(value, context), value.Comparer);

    public static SortedSet<T> OfSortedSet<T>(SortedSet<T> value, CopyContext context) => new(Each(value, context), value.Comparer);

    public static Queue<T> OfQueue<T>(Queue<T> value, CopyContext context) => new(Each(value, context));

    public static Stack<T> OfStack<T>(Stack<T> value, CopyContext context) => new(Each(value, context).Reverse());

    public static ReadOnlyCollection<T> OfReadOnlyCollection<T>(ReadOnlyCollection<T> value, CopyContext context) =>
        new(Each(value, context).ToList());

    public static ImmutableArray<T> OfImmutableArray<T>(ImmutableArray<T> value, CopyContext context) =>
        value.IsDefault ? value : ImmutableArray.CreateRange(Each(value, context));

    public static ImmutableList<T> OfImmutableList<T>(ImmutableList<T> value, CopyContext context) =>
        ImmutableList.CreateRange(Each(value, context));

    public static ImmutableDictionary<TKey, TValue> OfImmutableDictionary<TKey, TValue>(
        ImmutableDictionary<TKey, TValue> value, CopyContext context)
        where TKey : notnull =>
        ImmutableDictionary.CreateRange(
            value.KeyComparer, value.Select(p => KeyValuePair.Create(Copier<TKey>.CopyWithin(p.Key, context), Copier<TValue>.CopyWithin(p.Value, context))));

    public static T? OfNullable<T>(T? value, CopyContext context)
        where T : struct =>
        value is { } some ? Copier<T>.CopyWithin(some, context) : null;

    public static KeyValuePair<TKey, TValue> OfPair<TKey, TValue>(KeyValuePair<TKey, TValue> value, CopyContext context) =>
        new(Copier<TKey>.CopyWithin(value.Key, context), Copier<TValue>.CopyWithin(value.Value, context));

    public static Tuple<T1, T2> OfTuple<T1, T2>(Tuple<T1, T2> value, CopyContext context) =>
        new(Copier<T1>.CopyWithin(value.Item1, context), Copier<T2>.CopyWithin(value.Item2, context));

    public static ValueTuple<T1, T2> OfPairOfValues<T1, T2>((T1, T2) value, CopyContext context) =>
        (Copier<T1>.CopyWithin(value.Item1, context), Copier<T2>.CopyWithin(value.Item2, context));

    public static ValueTuple<T1, T2, T3> OfTriple<T1, T2, T3>((T1, T2, T3) value, CopyContext context) =>
        (Copier<T1>.CopyWithin(value.Item1, context), Copier<T2>.CopyWithin(value.Item2, context),
            Copier<T3>.CopyWithin(value.Item3, context));

    public static ValueTuple<T1, T2, T3, T4> OfQuadruple<T1, T2, T3, T4>((T1, T2, T3, T4) value, CopyContext context) =>
        (Copier<T1>.CopyWithin(value.Item1, context), Copier<T2>.CopyWithin(value.Item2, context),
            Copier<T3>.CopyWithin(value.Item3, context), Copier<T4>.CopyWithin(value.Item4, context));

    private static IEnumerable<T> Each<T>(IEnumerable<T> value, CopyContext context) =>
        value.Select(item => Copier<T>.CopyWithin(item, context));
}
