using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Diagnostics;
using Orleans.References;

namespace Orleans.Runtime;

/// <summary>The one silo of the process: it knows every activation and brings requests to them.</summary>
internal sealed partial class Silo : IClusterClient
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly GrainClasses _classes = new();
    private volatile bool _stopped;

    public Silo(
        IServiceProvider services,
        IOptions<SiloMessagingOptions> messaging,
        IOptions<GrainCollectionOptions> collection,
        IEnumerable<IIncomingGrainCallFilter> filters,
        IEnumerable<CallTracing> tracing,
        TimeProvider time,
        ILogger<Silo> logger)
    {
        ServiceProvider = services;
        Messaging = messaging.Value;
        Collection = collection.Value;
        Filters = filters.ToArray();
        Tracing = tracing.FirstOrDefault();
        Time = time;
        Logger = logger;
        References = new ProxyFactory(this);
    }

    public IServiceProvider ServiceProvider { get; }

    internal ProxyFactory References { get; }

    internal SiloMessagingOptions Messaging { get; }

    internal GrainCollectionOptions Collection { get; }

    internal IIncomingGrainCallFilter[] Filters { get; }

    internal CallTracing? Tracing { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal IEnumerable<Activation> Activations => _activations.Select(a => a.Value);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        if (grainClassNamePrefix is not null)
        {
            throw new NotSupportedException("The embedded stack finds a grain's class by its interface alone, not by a prefix.");
        }

        return (TGrainInterface)(object)References.Create(typeof(TGrainInterface), CheckKey(primaryKey));
    }

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) =>
        (IGrain)(object)References.Create(grainInterfaceType, CheckKey(grainPrimaryKey));

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable =>
        (TGrainInterface)(object)References.Create(typeof(TGrainInterface), grainId);

    internal GrainClass FindClass(Type interfaceType) => _classes.Find(interfaceType);

    internal GrainClass FindClass(GrainId grainId) => _classes.Find(grainId);

    internal void Send(Request request)
    {
        if (!request.Prepare(Time.GetTimestamp())) return;
        Tracing?.StartCall(request);
        Deliver(request);
    }

    /// <summary>Puts a request in its grain's queue, activating the grain if need be.</summary>
    internal void Deliver(Request request)
    {
        var target = request.Target;
        var activation = target.LastActivation;
        while (activation is null || !activation.TryReceive(request))
        {
            if (_stopped)
            {
                request.Fail(new SiloUnavailableException(
                    $"The silo is shutting down and can no longer process {request.Method} for {target.GrainId}."));
                return;
            }

            activation = _activations.GetOrAdd(
                target.GrainId, static (_, t) => new Activation(t.Runtime, t.GrainClass, t.GrainId), target);
            target.LastActivation = activation;
        }
    }

    internal void Remove(Activation activation) => _activations.TryRemove(new(activation.GrainId, activation));

    /// <summary>Ends every activation, telling each grain that the silo shuts down.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo is shutting down.");
        while (!_activations.IsEmpty)
        {
            var all = Activations.ToList();
            foreach (var activation in all) activation.Deactivate(reason, cancellationToken);
            await Task.WhenAll(all.Select(a => a.Deactivated)).WaitAsync(cancellationToken);
            _stopped = true;
        }

        _stopped = true;
    }

    private static string CheckKey(string key) => string.IsNullOrEmpty(key)
        ? throw new ArgumentException("A grain's key is at least one character.", nameof(key))
        : key;
}
