using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Serialization;

/// <summary>Types that travel as JSON because their assembly does not know Orleans.</summary>
internal static class JsonCopiers
{
    private static readonly ConcurrentQueue<(Func<Type, bool> Supports, JsonSerializerOptions? Options)> Registered = new();

    internal static void Register(Func<Type, bool> supports, JsonSerializerOptions? options) =>
        Registered.Enqueue((supports, options));

    internal static Delegate? Find(Type type)
    {
        foreach (var (supports, options) in Registered)
        {
            if (!supports(type)) continue;
            return typeof(JsonCopiers).GetMethod(nameof(Make))!.MakeGenericMethod(type).Invoke(null, [options]) as Delegate;
        }

        return null;
    }

    public static Func<T, CopyContext, T> Make<T>(JsonSerializerOptions? options) =>
        (value, _) => JsonSerializer.Deserialize<T>(JsonSerializer.SerializeToUtf8Bytes(value, options), options)!;
}

/// <summary>Settings of how values travel.</summary>
public interface ISerializerBuilder
{
    IServiceCollection Services { get; }
}

public static class SerializationHostingExtensions
{
    /// <summary>Lets the types that <paramref name="isSupported"/> says travel as JSON, without [GenerateSerializer].</summary>
    public static ISerializerBuilder AddJsonSerializer(
        this ISerializerBuilder serializerBuilder, Func<Type, bool> isSupported, JsonSerializerOptions? jsonSerializerOptions = null)
    {
        JsonCopiers.Register(isSupported, jsonSerializerOptions);
        return serializerBuilder;
    }
}

public static class ServiceCollectionExtensions
{
    public static IServiceCollection AddSerializer(this IServiceCollection services, Action<ISerializerBuilder>? configure = null)
    {
        configure?.Invoke(new Builder(services));
        return services;
    }

    private sealed record Builder(IServiceCollection Services) : ISerializerBuilder;
}
