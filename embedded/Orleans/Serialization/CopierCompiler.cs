using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Orleans.Serialization;

/// <summary>Finds or compiles the copier of a type; null means that its values are shared, being immutable.</summary>
internal static class CopierCompiler
{
    private const BindingFlags AllInstance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly ConcurrentDictionary<Type, Delegate?> Exact = new();

    /// <summary>For a declared type, whose values may be of a derived one.</summary>
    internal static Delegate? Compile(Type type)
    {
        if (ImmutableTypes.Contains(type)) return null;
        return type.IsValueType || type.IsSealed ? CompileExact(type) : ByRuntimeType(type);
    }

    /// <summary>For exactly this type.</summary>
    internal static Delegate? CompileExact(Type type) => Exact.GetOrAdd(type, static t =>
    {
        if (ImmutableTypes.Contains(t)) return null;
        if (CollectionCopiers.Find(t) is { } known) return known;
        if (t.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)) return CompileMembers(t);
        throw new CodecNotFoundException(
            $"Could not find a copier for type {t}. Mark it with [GenerateSerializer] and its members with [Id].");
    });

    private static Delegate ByRuntimeType(Type type) => typeof(RuntimeTypeCopier)
        .GetMethod(nameof(RuntimeTypeCopier.Copy))!
        .MakeGenericMethod(type)
        .CreateDelegate(typeof(Func<,,>).MakeGenericType(type, typeof(CopyContext), type));

    private static Delegate CompileMembers(Type type)
    {
        var method = new DynamicMethod($"Copy {type.Name}", type, [type, typeof(CopyContext)], typeof(CopierCompiler), skipVisibility: true);
        var il = method.GetILGenerator();
        var copy = il.DeclareLocal(type);
        if (type.IsValueType) EmitNewValue(il, type, copy);
        else EmitNewObject(il, type, copy);

        foreach (var field in SerializedMembers.Of(type))
        {
            il.Emit(type.IsValueType ? OpCodes.Ldloca : OpCodes.Ldloc, copy);
            if (type.IsValueType) il.Emit(OpCodes.Ldarga_S, (byte)0);
            else il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
            if (!ImmutableTypes.Contains(field.FieldType) && !SerializedMembers.IsImmutable(field))
            {
                il.Emit(OpCodes.Ldarg_1);
                il.Emit(OpCodes.Call, typeof(Copier<>).MakeGenericType(field.FieldType).GetMethod(nameof(Copier<>.CopyWithin))!);
            }

            il.Emit(OpCodes.Stfld, field);
        }

        il.Emit(OpCodes.Ldloc, copy);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate(typeof(Func<,,>).MakeGenericType(type, typeof(CopyContext), type));
    }

    private static void EmitNewValue(ILGenerator il, Type type, LocalBuilder copy)
    {
        il.Emit(OpCodes.Ldloca, copy);
        il.Emit(OpCodes.Initobj, type);
    }

    private static void EmitNewObject(ILGenerator il, Type type, LocalBuilder copy)
    {
        var isNew = il.DefineLabel();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Callvirt, typeof(CopyContext).GetMethod(nameof(CopyContext.Find))!);
        il.Emit(OpCodes.Castclass, type);
        il.Emit(OpCodes.Stloc, copy);
        il.Emit(OpCodes.Ldloc, copy);
        il.Emit(OpCodes.Brfalse, isNew);
        il.Emit(OpCodes.Ldloc, copy);
        il.Emit(OpCodes.Ret);

        il.MarkLabel(isNew);
        if (type.GetConstructor(AllInstance, Type.EmptyTypes) is { } constructor)
        {
            il.Emit(OpCodes.Newobj, constructor);
        }
        else
        {
            il.Emit(OpCodes.Ldtoken, type);
            il.Emit(OpCodes.Call, typeof(Type).GetMethod(nameof(Type.GetTypeFromHandle))!);
            il.Emit(OpCodes.Call, typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.GetUninitializedObject))!);
            il.Emit(OpCodes.Castclass, type);
        }

        il.Emit(OpCodes.Stloc, copy);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, copy);
        il.Emit(OpCodes.Callvirt, typeof(CopyContext).GetMethod(nameof(CopyContext.Record))!);
    }
}
