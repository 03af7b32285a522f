using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.References;

/// <summary>Makes the references of one silo.</summary>
internal sealed class ProxyFactory(Silo silo)
{
    private readonly ConcurrentDictionary<Type, (ProxyConstructor Make, GrainClass? Class)> _known = new();

    internal GrainReference Create(Type interfaceType, string key)
    {
        var (make, grainClass) = Find(interfaceType, needsClass: true);
        return make(silo, Runtime.GrainId.Create(grainClass!.GrainType, key), interfaceType, grainClass);
    }

    internal GrainReference Create(Type interfaceType, GrainId grainId) =>
        Find(interfaceType, needsClass: false).Make(silo, grainId, interfaceType, silo.FindClass(grainId));

    private (ProxyConstructor Make, GrainClass? Class) Find(Type interfaceType, bool needsClass)
    {
        if (_known.TryGetValue(interfaceType, out var known) && (known.Class is not null || !needsClass)) return known;
        var made = (ProxyCompiler.Compile(interfaceType), needsClass ? silo.FindClass(interfaceType) : null);
        _known[interfaceType] = made;
        return made;
    }
}
