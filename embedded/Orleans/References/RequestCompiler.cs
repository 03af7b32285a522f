using System.Reflection;
using System.Reflection.Emit;
using Orleans.Runtime;

namespace Orleans.References;

/// <summary>Compiles a method's request: a class with a field an argument that calls the method with them.</summary>
internal static class RequestCompiler
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private const MethodAttributes Override = MethodAttributes.Virtual | MethodAttributes.HideBySig;

    internal static ConstructorInfo Build(ModuleBuilder module, MethodInfo method)
    {
        var shape = RequestShape.Of(method);
        var parameters = method.GetParameters();
        var type = module.DefineType(
            $"{method.DeclaringType!.Name}.{method.Name}.{module.GetTypes().Length}", TypeAttributes.Class | TypeAttributes.Sealed | TypeAttributes.Public, shape.Base);
        var description = type.DefineField("Method", typeof(GrainMethod), FieldAttributes.Public | FieldAttributes.Static);
        var fields = Array.ConvertAll(parameters, p => type.DefineField($"arg{p.Position}", p.ParameterType, FieldAttributes.Public));

        DefineConstructor(type, shape, description, fields);
        DefineCall(type, shape, method, fields);
        DefineToken(type, fields);
        DefineArguments(type, fields);

        var built = type.CreateType();
        built.GetField("Method")!.SetValue(null, new GrainMethod(method.DeclaringType!, method));
        return built.GetConstructors()[0];
    }

    private static void DefineConstructor(TypeBuilder type, RequestShape shape, FieldInfo description, FieldBuilder[] fields)
    {
        var il = type.DefineConstructor(
            MethodAttributes.Public, CallingConventions.Standard, [typeof(GrainReference), .. fields.Select(f => f.FieldType)]).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldsfld, description);
        il.Emit(OpCodes.Call, shape.Base.GetConstructor(Members, [typeof(GrainReference), typeof(GrainMethod)])!);
        for (var i = 0; i < fields.Length; i++)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg, i + 2);
            il.Emit(OpCodes.Stfld, fields[i]);
        }

        il.Emit(OpCodes.Ret);
    }

    private static void DefineCall(TypeBuilder type, RequestShape shape, MethodInfo method, FieldBuilder[] fields)
    {
        var overridden = shape.Base.GetMethod("Call", Members)!;
        var call = type.DefineMethod(
            "Call", Override | MethodAttributes.Family, overridden.ReturnType, Array.ConvertAll(overridden.GetParameters(), p => p.ParameterType));
        var il = call.GetILGenerator();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Castclass, method.DeclaringType!);
        foreach (var field in fields)
        {
            // A stream's token is the session's, which both the call's and the reader's cancel.
            if (shape.IsStream && field.FieldType == typeof(CancellationToken))
            {
                il.Emit(OpCodes.Ldarg_2);
                continue;
            }

            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
        }

        il.Emit(OpCodes.Callvirt, method);
        if (shape.Adapt is not null) il.Emit(OpCodes.Call, shape.Adapt);
        il.Emit(OpCodes.Ret);
    }

    private static void DefineToken(TypeBuilder type, FieldBuilder[] fields)
    {
        if (Array.Find(fields, f => f.FieldType == typeof(CancellationToken)) is not { } token) return;
        var get = type.DefineMethod(
            "get_Token", Override | MethodAttributes.FamORAssem | MethodAttributes.SpecialName, typeof(CancellationToken), Type.EmptyTypes);
        var il = get.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, token);
        il.Emit(OpCodes.Ret);

        var set = type.DefineMethod(
            "set_Token", Override | MethodAttributes.FamORAssem | MethodAttributes.SpecialName, typeof(void), [typeof(CancellationToken)]);
        il = set.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Stfld, token);
        il.Emit(OpCodes.Ret);
    }

    private static void DefineArguments(TypeBuilder type, FieldBuilder[] fields)
    {
        var count = type.DefineMethod("GetArgumentCount", Override | MethodAttributes.Public, typeof(int), Type.EmptyTypes);
        var il = count.GetILGenerator();
        il.Emit(OpCodes.Ldc_I4, fields.Length);
        il.Emit(OpCodes.Ret);

        var get = type.DefineMethod("GetArgument", Override | MethodAttributes.Public, typeof(object), [typeof(int)]);
        il = get.GetILGenerator();
        var labels = Array.ConvertAll(fields, _ => il.DefineLabel());
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Switch, labels);
        il.Emit(OpCodes.Ldstr, "index");
        il.Emit(OpCodes.Newobj, typeof(ArgumentOutOfRangeException).GetConstructor([typeof(string)])!);
        il.Emit(OpCodes.Throw);
        for (var i = 0; i < fields.Length; i++)
        {
            il.MarkLabel(labels[i]);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, fields[i]);
            il.Emit(OpCodes.Box, fields[i].FieldType);
            il.Emit(OpCodes.Ret);
        }
    }
}
