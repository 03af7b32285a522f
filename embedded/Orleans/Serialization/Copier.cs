using System.Collections.Concurrent;

namespace Orleans.Serialization;

/// <summary>Makes deep copies of one type, by code compiled once.</summary>
internal static class Copier<T>
{
    private static readonly Func<T, CopyContext, T>? Compiled = (Func<T, CopyContext, T>?)CopierCompiler.Compile(typeof(T));

    /// <summary>Whether values are shared instead.</summary>
    internal static bool IsShared => Compiled is null;

    public static T Copy(T value) => Compiled is null || value is null ? value : Compiled(value, new CopyContext());

    public static T CopyWithin(T value, CopyContext context) => Compiled is null || value is null ? value : Compiled(value, context);
}

/// <summary>One copy under way: an object that is met twice is copied once, so that cycles end.</summary>
internal sealed class CopyContext
{
    private object? _first;
    private object? _firstCopy;
    private Dictionary<object, object>? _others;

    public object? Find(object original) =>
        ReferenceEquals(original, _first) ? _firstCopy
        : _others is not null && _others.TryGetValue(original, out var copy) ? copy
        : null;

    public void Record(object original, object copy)
    {
        if (_first is null) (_first, _firstCopy) = (original, copy);
        else (_others ??= new(ReferenceEqualityComparer.Instance))[original] = copy;
    }
}

/// <summary>Copies by the type that a value really has, where the declared one can be a base.</summary>
internal static class RuntimeTypeCopier
{
    private static readonly ConcurrentDictionary<Type, Func<object, CopyContext, object>> ByType = new();

    public static T Copy<T>(T value, CopyContext context) =>
        (T)ByType.GetOrAdd(value!.GetType(), static type => Make(type))(value, context);

    private static Func<object, CopyContext, object> Make(Type type)
    {
        // A bare object has no state to share.
        if (type == typeof(object)) return (value, _) => value;
        var compiled = CopierCompiler.CompileExact(type);
        return compiled is null
            ? (value, _) => value
            : (Func<object, CopyContext, object>)typeof(RuntimeTypeCopier)
                .GetMethod(nameof(Wrap), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
                .MakeGenericMethod(type)
                .Invoke(null, [compiled])!;
    }

    private static Func<object, CopyContext, object> Wrap<T>(Func<T, CopyContext, T> copy) =>
        (value, context) => copy((T)value, context)!;
}
