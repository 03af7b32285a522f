using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>Every grain class of the program, found by the interfaces it implements and by its grain type.</summary>
internal sealed class GrainClasses
{
    private readonly ConcurrentDictionary<Type, List<GrainClass>> _byInterface = new();
    private readonly ConcurrentDictionary<string, GrainClass> _byGrainType = new();
    private readonly HashSet<Assembly> _read = [];

    internal GrainClasses() => ReadAssemblies();

    internal GrainClass Find(Type interfaceType)
    {
        if (!_byInterface.TryGetValue(interfaceType, out var found))
        {
            ReadAssemblies();
            if (!_byInterface.TryGetValue(interfaceType, out found))
            {
                throw new ArgumentException(
                    $"Could not find an implementation for interface {interfaceType.FullName}: no class of the program implements it.");
            }
        }

        // Of several classes it is the one that the interface is named after.
        return found.Count == 1 ? found[0] : found.Find(c => interfaceType.Name == "I" + c.Type.Name) ?? throw new ArgumentException(
            $"Unable to identify a single appropriate grain type for interface {interfaceType.FullName}. Candidates: "
            + string.Join(", ", found.Select(c => c.Type.FullName)));
    }

    internal GrainClass Find(GrainId grainId) => _byGrainType.TryGetValue(grainId.TypeText, out var found) ? found
        : throw new ArgumentException($"Could not find an implementation for grain type {grainId.TypeText}.");

    private void ReadAssemblies()
    {
        lock (_read)
        {
            var queue = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies());
            while (queue.TryDequeue(out var assembly))
            {
                if (assembly.IsDynamic || IsFramework(assembly.GetName()) || !_read.Add(assembly)) continue;
                foreach (var name in assembly.GetReferencedAssemblies().Where(n => !IsFramework(n)))
                {
                    if (TryLoad(name) is { } referenced) queue.Enqueue(referenced);
                }

                if (UsesGrains(assembly)) ReadClasses(assembly);
            }
        }
    }

    private void ReadClasses(Assembly assembly)
    {
        foreach (var type in assembly.GetTypes())
        {
            if (!type.IsClass || type.IsAbstract || type.ContainsGenericParameters || !typeof(IGrain).IsAssignableFrom(type)
                || typeof(GrainReference).IsAssignableFrom(type) || !typeof(IGrainBase).IsAssignableFrom(type))
            {
                continue;
            }

            var grainClass = new GrainClass(type);
            if (!_byGrainType.TryAdd(grainClass.GrainType, grainClass))
            {
                throw new OrleansConfigurationException(
                    $"{type.FullName} and {_byGrainType[grainClass.GrainType].Type.FullName} are both of grain type "
                    + $"'{grainClass.GrainType}'; give one a [GrainType].");
            }

            foreach (var grainInterface in grainClass.Interfaces)
            {
                // A new list each time: readers take no lock.
                _byInterface.AddOrUpdate(grainInterface, [grainClass], (_, others) => [.. others, grainClass]);
            }
        }
    }

    private static bool UsesGrains(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Any(n => n.Name == typeof(Silo).Assembly.GetName().Name);

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            // A reference that the program was published without cannot hold grains that it uses.
            return null;
        }
    }

    private static bool IsFramework(AssemblyName name) =>
        name.Name is null or "mscorlib" or "netstandard"
        || name.Name.StartsWith("System", StringComparison.Ordinal)
        || name.Name.StartsWith("Microsoft.", StringComparison.Ordinal);
}
