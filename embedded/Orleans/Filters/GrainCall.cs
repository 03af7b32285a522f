using System.Reflection;
using Orleans.Diagnostics;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>One call on its way through the filters: the silo's in order, then the grain's own, then the method.</summary>
internal sealed class GrainCall(Request request, Activation activation) : IIncomingGrainCallContext
{
    private int _next;

    public IInvokable Request => request;

    public object Grain => activation.GrainInstance!;

    public GrainId? SourceId => request.Source?.GrainId;

    public GrainId TargetId => activation.GrainId;

    public string InterfaceName => request.Method.InterfaceName;

    public string MethodName => request.Method.Info.Name;

    public MethodInfo InterfaceMethod => request.Method.Info;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = activation.Class.Type.GetInterfaceMap(request.Method.InterfaceType);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, request.Method.Info)];
        }
    }

    public IGrainContext TargetContext => activation;

    public object? Result { get; set; }

    internal static async Task<object?> RunAsync(Request request, Activation activation)
    {
        var call = new GrainCall(request, activation);
        if (activation.Silo.Tracing is { IsListenedTo: true }) await CallTracing.RunAsync(call, request);
        else await call.Invoke();
        return call.Result;
    }

    public async Task Invoke()
    {
        var filters = activation.Silo.Filters;
        var position = _next++;
        if (position < filters.Length) await filters[position].Invoke(this);
        else if (position == filters.Length && Grain is IIncomingGrainCallFilter own) await own.Invoke(this);
        else Result = await request.InvokeBoxed(Grain);
    }
}

/// <summary>A filter given as a function.</summary>
internal sealed class DelegateFilter(IncomingGrainCallFilterDelegate filter) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) => filter(context);
}
