using System.Reflection;
using Orleans.Runtime;
using Orleans.Streaming;

namespace Orleans.References;

/// <summary>How a method's return type becomes a request: its base class, the adapter of its answer, and how it is sent.</summary>
internal sealed record RequestShape(Type Base, MethodInfo? Adapt, MethodInfo? Send)
{
    internal bool IsStream => Send is null;

    internal static bool IsSupported(Type type) =>
        type == typeof(Task) || type == typeof(ValueTask) || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>)
            || type.GetGenericTypeDefinition() == typeof(ValueTask<>)
            || type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)));

    internal static RequestShape Of(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task)) return Void(nameof(RequestAdapters.OfVoidTask), nameof(RequestAdapters.SendVoid));
        if (type == typeof(ValueTask)) return Void(nameof(RequestAdapters.OfVoidValueTask), nameof(RequestAdapters.SendForVoidValueTask));
        var result = type.GetGenericArguments()[0];
        if (type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)) return new(typeof(GrainStream<>).MakeGenericType(result), null, null);
        var isTask = type.GetGenericTypeDefinition() == typeof(Task<>);
        return new(
            typeof(Request<>).MakeGenericType(result),
            isTask ? Adapter(nameof(RequestAdapters.OfTask)).MakeGenericMethod(result) : null,
            Adapter(isTask ? nameof(RequestAdapters.Send) : nameof(RequestAdapters.SendForValueTask)).MakeGenericMethod(result));
    }

    private static RequestShape Void(string adapt, string send) => new(typeof(Request<Nothing>), Adapter(adapt), Adapter(send));

    private static MethodInfo Adapter(string name) => typeof(RequestAdapters).GetMethod(name)!;
}
