using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orleans.Serialization;

/// <summary>Which fields of a [GenerateSerializer] type travel: those with an [Id], and a record's positional ones.</summary>
internal static class SerializedMembers
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    internal static IEnumerable<FieldInfo> Of(Type type)
    {
        for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            if (!level.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)) continue;
            var positional = PositionalNames(level);
            foreach (var field in level.GetFields(Declared))
            {
                if (IsIncluded(level, field, positional)) yield return field;
            }
        }
    }

    internal static bool IsImmutable(FieldInfo field) =>
        field.IsDefined(typeof(ImmutableAttribute)) || PropertyOf(field)?.IsDefined(typeof(ImmutableAttribute)) == true;

    private static bool IsIncluded(Type type, FieldInfo field, HashSet<string> positional)
    {
        if (field.IsDefined(typeof(IdAttribute))) return true;
        if (PropertyOf(field) is { } property) return property.IsDefined(typeof(IdAttribute)) || positional.Contains(property.Name);
        // A primary constructor's parameter that a class captures: <name>P.
        return IncludesPrimaryParameters(type) && field.IsDefined(typeof(CompilerGeneratedAttribute))
            && field.Name.EndsWith(">P", StringComparison.Ordinal);
    }

    private static PropertyInfo? PropertyOf(FieldInfo field)
    {
        const string Suffix = ">k__BackingField";
        return field.Name.EndsWith(Suffix, StringComparison.Ordinal)
            ? field.DeclaringType!.GetProperty(field.Name[1..^Suffix.Length], Declared)
            : null;
    }

    private static HashSet<string> PositionalNames(Type type)
    {
        if (!IsRecord(type)) return [];
        var copy = type.IsValueType ? null : type.GetConstructor(Declared, [type]);
        return type.GetConstructors(Declared)
            .Where(c => c != copy)
            .OrderByDescending(c => c.GetParameters().Length)
            .Take(1)
            .SelectMany(c => c.GetParameters())
            .Select(p => p.Name!)
            .ToHashSet();
    }

    private static bool IncludesPrimaryParameters(Type type) =>
        type.GetCustomAttribute<GenerateSerializerAttribute>(inherit: false)!.IncludePrimaryConstructorParameters;

    private static bool IsRecord(Type type) => type.IsValueType
        ? type.GetMethod("PrintMembers", Declared) is not null
        : type.GetMethod("<Clone>$", Declared) is not null;
}
