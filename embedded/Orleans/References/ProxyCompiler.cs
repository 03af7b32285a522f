using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace Orleans.References;

internal delegate GrainReference ProxyConstructor(Silo silo, GrainId grainId, Type interfaceType, GrainClass grainClass);

/// <summary>Compiles, once an interface, the class behind its references: each method packs a request and sends it.</summary>
internal static class ProxyCompiler
{
    private static readonly Type[] ConstructorTypes = [typeof(Silo), typeof(GrainId), typeof(Type), typeof(GrainClass)];
    private static readonly ConcurrentDictionary<Type, Lazy<ProxyConstructor>> Compiled = new();
    private static int _count;

    internal static ProxyConstructor Compile(Type interfaceType) =>
        Compiled.GetOrAdd(interfaceType, static type => new Lazy<ProxyConstructor>(() => Build(type))).Value;

    private static ProxyConstructor Build(Type interfaceType)
    {
        if (!interfaceType.IsInterface || !typeof(IAddressable).IsAssignableFrom(interfaceType))
        {
            throw new ArgumentException($"{interfaceType.FullName} is not a grain interface.", nameof(interfaceType));
        }

        var module = DefineModule(interfaceType);
        var proxy = module.DefineType(
            $"{interfaceType.Name}Reference", TypeAttributes.Class | TypeAttributes.Sealed, typeof(GrainReference), [interfaceType]);
        DefineConstructor(proxy);

        var interfaces = interfaceType.GetInterfaces().Append(interfaceType);
        foreach (var method in interfaces.SelectMany(i => i.GetMethods()))
        {
            if (method.IsStatic || !method.IsAbstract) continue;
            Check(interfaceType, method);
            var request = RequestCompiler.Build(module, method);
            DefineMethod(proxy, method, request);
        }

        var type = proxy.CreateType();
        var create = new DynamicMethod("Create", typeof(GrainReference), ConstructorTypes, type, skipVisibility: true);
        var il = create.GetILGenerator();
        for (var i = 0; i < ConstructorTypes.Length; i++) il.Emit(OpCodes.Ldarg, i);
        il.Emit(OpCodes.Newobj, type.GetConstructors(BindingFlags.Instance | BindingFlags.Public)[0]);
        il.Emit(OpCodes.Ret);
        return create.CreateDelegate<ProxyConstructor>();
    }

    private static ModuleBuilder DefineModule(Type interfaceType)
    {
        var name = $"Embedded.Orleans.References.{Interlocked.Increment(ref _count)}";
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(name), AssemblyBuilderAccess.Run);
        var accessible = interfaceType.GetInterfaces()
            .Append(interfaceType)
            .Append(typeof(ProxyCompiler))
            .Concat(interfaceType.GetMethods().SelectMany(m => m.GetParameters()).Select(p => p.ParameterType))
            .Select(t => t.Assembly.GetName().Name!)
            .Distinct();
        var constructor = typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;
        foreach (var one in accessible) assembly.SetCustomAttribute(new CustomAttributeBuilder(constructor, [one]));
        return assembly.DefineDynamicModule(name);
    }

    private static void DefineConstructor(TypeBuilder proxy)
    {
        var il = proxy.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, ConstructorTypes).GetILGenerator();
        for (var i = 0; i <= ConstructorTypes.Length; i++) il.Emit(OpCodes.Ldarg, i);
        il.Emit(OpCodes.Call, typeof(GrainReference).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, ConstructorTypes)!);
        il.Emit(OpCodes.Ret);
    }

    private static void DefineMethod(TypeBuilder proxy, MethodInfo method, ConstructorInfo request)
    {
        var parameters = method.GetParameters();
        var define = proxy.DefineMethod(
            $"{method.DeclaringType!.FullName}.{method.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.NewSlot | MethodAttributes.HideBySig,
            method.ReturnType,
            Array.ConvertAll(parameters, p => p.ParameterType));
        var il = define.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        for (var i = 0; i < parameters.Length; i++)
        {
            il.Emit(OpCodes.Ldarg, i + 1);
            var type = parameters[i].ParameterType;
            if (Serialization.ImmutableTypes.Contains(type) || parameters[i].IsDefined(typeof(ImmutableAttribute))) continue;
            il.Emit(OpCodes.Call, typeof(Serialization.Copier<>).MakeGenericType(type).GetMethod("Copy")!);
        }

        il.Emit(OpCodes.Newobj, request);
        // A stream is its own promise; everything else is sent now.
        if (RequestShape.Of(method).Send is { } send) il.Emit(OpCodes.Call, send);
        il.Emit(OpCodes.Ret);
        proxy.DefineMethodOverride(define, method);
    }

    private static void Check(Type interfaceType, MethodInfo method)
    {
        var why = method.IsGenericMethodDefinition ? "generic methods are not supported"
            : method.GetParameters().Any(p => p.ParameterType.IsByRef) ? "ref, in and out parameters are not supported"
            : !RequestShape.IsSupported(method.ReturnType) ? "it must return Task, Task<T>, ValueTask, ValueTask<T> or IAsyncEnumerable<T>"
            : null;
        if (why is not null) throw new NotSupportedException($"{interfaceType.FullName}.{method.Name}: {why} by the embedded stack.");
    }
}
