using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Persistence;

/// <summary>A state that an activation reads before its grain is told of the activation.</summary>
internal interface IActivationState
{
    Task ReadAsync(CancellationToken cancellationToken);
}

internal static class ActivationState
{
    internal static IActivationState Create(Activation activation, ParameterInfo parameter)
    {
        var attribute = parameter.GetCustomAttribute<PersistentStateAttribute>()!;
        if (!parameter.ParameterType.IsGenericType || parameter.ParameterType.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new InvalidOperationException(
                $"{activation.Class.Type.FullName}: the parameter {parameter.Name} with [PersistentState] is not an IPersistentState<T>.");
        }

        var name = attribute.StorageName ?? StorageNames.Default;
        var storage = activation.ActivationServices.GetKeyedService<IGrainStorage>(name) ?? throw new OrleansConfigurationException(
            $"{activation.Class.Type.FullName} keeps its state in the storage '{name}', which the silo does not have.");
        var type = typeof(ActivationState<>).MakeGenericType(parameter.ParameterType.GetGenericArguments());
        return (IActivationState)Activator.CreateInstance(type, attribute.StateName, activation.GrainId, storage)!;
    }
}

internal static class StorageNames
{
    internal const string Default = "Default";
}

internal sealed class ActivationState<T>(string name, GrainId grainId, IGrainStorage storage) : IPersistentState<T>, IActivationState
{
    private readonly GrainState<T> _state = new() { State = NewState() };

    public T State
    {
        get => _state.State;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public Task ReadAsync(CancellationToken cancellationToken) => ReadStateAsync(cancellationToken);

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public async Task ReadStateAsync(CancellationToken cancellationToken)
    {
        await storage.ReadStateAsync(name, grainId, _state, cancellationToken);
        if (!_state.RecordExists || _state.State is null) _state.State = NewState();
    }

    public Task WriteStateAsync(CancellationToken cancellationToken) =>
        storage.WriteStateAsync(name, grainId, _state, cancellationToken);

    public async Task ClearStateAsync(CancellationToken cancellationToken)
    {
        await storage.ClearStateAsync(name, grainId, _state, cancellationToken);
        _state.State = NewState();
    }

    private static T NewState()
    {
        var type = typeof(T);
        if (type.IsValueType || type == typeof(string) || type.IsInterface || type.IsAbstract || type.IsArray) return default!;
        return type.GetConstructor(Type.EmptyTypes) is not null
            ? Activator.CreateInstance<T>()
            : (T)RuntimeHelpers.GetUninitializedObject(type);
    }
}
