using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Scheduling;
using Orleans.Storage;
using Orleans.Streaming;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>A grain in memory: from its first request until it is idle, fails or the silo stops.</summary>
internal sealed partial class Activation : IGrainContext
{
    private readonly RequestQueue _requests = new();
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<GrainTimer> _timers = [];
    private readonly HashSet<IStreamSession> _streams = [];
    private TaskCompletionSource? _drained;
    private AsyncServiceScope? _scope;
    private Phase _phase;
    private long _lastUsed;
    private DateTimeOffset _keepUntil;

    internal Activation(Silo silo, GrainClass grainClass, GrainId grainId)
    {
        Silo = silo;
        Class = grainClass;
        GrainId = grainId;
        Scheduler = new ActivationScheduler(this);
        GrainReference = new GrainReference(silo, grainId, typeof(IAddressable), grainClass);
        _lastUsed = silo.Time.GetTimestamp();
    }

    private enum Phase
    {
        New,
        Activating,
        Active,
        Deactivating,
        Gone,
    }

    internal static Activation? Current => ActivationScheduler.CurrentActivation;

    public GrainReference GrainReference { get; }

    public GrainId GrainId { get; }

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => _scope?.ServiceProvider
        ?? throw new InvalidOperationException($"{GrainId} is not activated.");

    public Task Deactivated => _deactivated.Task;

    internal Silo Silo { get; }

    internal GrainClass Class { get; }

    internal ActivationScheduler Scheduler { get; }

    /// <summary>Whether calls need more than the method itself.</summary>
    internal bool NeedsPipeline => Silo.Filters.Length > 0 || Class.FiltersItself || Silo.Tracing is { IsListenedTo: true };

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => GrainId.GetHashCode();

    /// <summary>False: this activation is gone, and the request belongs to the next one.</summary>
    internal bool TryReceive(Request request)
    {
        bool run;
        lock (Scheduler.Gate)
        {
            if (_phase == Phase.Gone) return false;
            _requests.Add(request);
            run = _phase <= Phase.Active && (_phase == Phase.New || _requests.MayStart(request)) && Scheduler.NeedsRun();
        }

        if (run) Scheduler.Run();
        return true;
    }

    /// <summary>The scheduler asks within its gate for the next request to begin.</summary>
    internal Request? TakeRequest()
    {
        if (_phase == Phase.Active) return _requests.Take();
        if (_phase == Phase.New)
        {
            _phase = Phase.Activating;
            _ = Task.Factory.StartNew(ActivateAsync, CancellationToken.None, TaskCreationOptions.None, Scheduler);
        }

        return null;
    }

    internal void Finished(Request request, Exception? exception)
    {
        lock (Scheduler.Gate)
        {
            _requests.Finished(request);
            if (request is not GrainTimer.Tick { KeepsAlive: false }) _lastUsed = Silo.Time.GetTimestamp();
            if (_requests.Running == 0) _drained?.TrySetResult();
            // Only a request that waited behind this one needs a push: this may not be one of the scheduler's turns.
            if (_requests.Waiting > 0 && Scheduler.NeedsRun()) Scheduler.Run();
        }

        if (exception is InconsistentStateException { IsSourceActivation: true } stale)
        {
            stale.IsSourceActivation = false;
            Deactivate(new(DeactivationReasonCode.ApplicationError, stale, "Its state was written elsewhere."));
        }
    }

    internal void DelayDeactivation(TimeSpan timeSpan)
    {
        lock (Scheduler.Gate)
        {
            _keepUntil = timeSpan <= TimeSpan.Zero ? default
                : timeSpan == TimeSpan.MaxValue ? DateTimeOffset.MaxValue
                : Silo.Time.GetUtcNow() + timeSpan;
        }
    }

    internal void DeactivateIfIdle(long now, TimeSpan age)
    {
        lock (Scheduler.Gate)
        {
            if (_phase != Phase.Active || !_requests.IsEmpty || Class.StaysAlways) return;
            if (Silo.Time.GetElapsedTime(_lastUsed, now) < (Class.AgeLimit ?? age)) return;
            if (_keepUntil > Silo.Time.GetUtcNow()) return;
        }

        Deactivate(new(DeactivationReasonCode.ActivationIdle, "Nobody called it for its collection age."));
    }

    internal void ExpireRequests(long now)
    {
        List<Request>? expired = null;
        var status = "";
        var timeout = Silo.Messaging.ResponseTimeout;
        lock (Scheduler.Gate)
        {
            _requests.CollectExpired(now, Silo.Time, timeout, ref expired);
            if (expired is not null) status = _phase == Phase.Active ? _requests.Describe(Silo.Time) : $"the grain is {_phase}";
        }

        foreach (var request in expired ?? []) request.Expire(Silo.Time, timeout, status);
    }

    internal void Add(GrainTimer timer)
    {
        lock (Scheduler.Gate) _timers.Add(timer);
    }

    internal void Remove(GrainTimer timer)
    {
        lock (Scheduler.Gate) _timers.Remove(timer);
    }

    internal void Add(IStreamSession stream)
    {
        lock (Scheduler.Gate) _streams.Add(stream);
    }

    internal void Remove(IStreamSession stream)
    {
        lock (Scheduler.Gate) _streams.Remove(stream);
    }
}
