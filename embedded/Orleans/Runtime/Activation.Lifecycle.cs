using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Persistence;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>How an activation begins and ends.</summary>
internal sealed partial class Activation
{
    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        var handOver = false;
        lock (Scheduler.Gate)
        {
            if (_phase is Phase.Deactivating or Phase.Gone) return;
            if (_phase is Phase.New)
            {
                _phase = Phase.Gone;
                _deactivated.TrySetResult();
                handOver = true;
            }
            else
            {
                _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_phase == Phase.Active) BeginDeactivation();
                else _afterActivation = BeginDeactivation;
            }
        }

        if (handOver) HandOver();

        void BeginDeactivation()
        {
            _phase = Phase.Deactivating;
            if (_requests.Running == 0) _drained!.TrySetResult();
            _ = Task.Factory.StartNew(
                () => DeactivateAsync(deactivationReason, cancellationToken), CancellationToken.None, TaskCreationOptions.None, Scheduler);
        }
    }

    private Action? _afterActivation;

    private async Task ActivateAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(Silo.Collection.ActivationTimeout, Silo.Time);
            _scope = Silo.ServiceProvider.CreateAsyncScope();
            var states = new List<IActivationState>();
            GrainInstance = ActivatorUtilities.CreateInstance(_scope.Value.ServiceProvider, Class.Type, Arguments(states));
            foreach (var state in states) await state.ReadAsync(limit.Token);
            await ((IGrainBase)GrainInstance).OnActivateAsync(limit.Token);
            LogActivated(Silo.Logger, GrainId);
        }
        catch (Exception e)
        {
            LogActivationFailed(Silo.Logger, e, GrainId);
            await FailActivationAsync(e);
            return;
        }

        lock (Scheduler.Gate)
        {
            _phase = Phase.Active;
            _lastUsed = Silo.Time.GetTimestamp();
            _afterActivation?.Invoke();
            // The scheduler, whose turn this is, looks for requests next.
        }
    }

    private object[] Arguments(List<IActivationState> states) => Array.ConvertAll(Class.StateParameters, parameter =>
    {
        if (parameter.ParameterType == typeof(IGrainContext)) return (object)this;
        var state = ActivationState.Create(this, parameter);
        states.Add(state);
        return state;
    });

    private async Task FailActivationAsync(Exception exception)
    {
        await ReleaseAsync();
        List<Request> waiting;
        lock (Scheduler.Gate)
        {
            _phase = Phase.Gone;
            waiting = _requests.TakeAllWaiting();
        }

        Silo.Remove(this);
        _deactivated.TrySetResult();
        foreach (var request in waiting) request.Fail(exception);
    }

    private async Task DeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Silo.Collection.DeactivationTimeout, Silo.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            EndTimersAndStreams();
            await _drained!.Task.WaitAsync(both.Token);
            await ((IGrainBase)GrainInstance!).OnDeactivateAsync(reason, both.Token);
            LogDeactivated(Silo.Logger, GrainId, reason.ReasonCode);
        }
        catch (Exception e)
        {
            LogDeactivationFailed(Silo.Logger, e, GrainId);
        }

        await ReleaseAsync();
        lock (Scheduler.Gate) _phase = Phase.Gone;
        HandOver();
        _deactivated.TrySetResult();
    }

    /// <summary>The requests that came too late for this activation go to the next one, in order.</summary>
    private void HandOver()
    {
        Silo.Remove(this);
        List<Request> waiting;
        lock (Scheduler.Gate) waiting = _requests.TakeAllWaiting();
        // A tick belongs to its timer, which has ended with the activation.
        foreach (var request in waiting.Where(r => r is not GrainTimer.Tick)) Silo.Deliver(request);
    }

    private void EndTimersAndStreams()
    {
        List<IDisposable> all;
        lock (Scheduler.Gate) all = [.. _timers, .. _streams];
        foreach (var one in all) one.Dispose();
    }

    private async Task ReleaseAsync()
    {
        try
        {
            EndTimersAndStreams();
            if (GrainInstance is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
            else (GrainInstance as IDisposable)?.Dispose();
            if (_scope is { } scope) await scope.DisposeAsync();
        }
        catch (Exception e)
        {
            LogDeactivationFailed(Silo.Logger, e, GrainId);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Activated {GrainId}")]
    private static partial void LogActivated(ILogger logger, GrainId grainId);

    [LoggerMessage(2, LogLevel.Error, "Activation of {GrainId} failed; its callers get the exception")]
    private static partial void LogActivationFailed(ILogger logger, Exception exception, GrainId grainId);

    [LoggerMessage(3, LogLevel.Debug, "Deactivated {GrainId}: {Reason}")]
    private static partial void LogDeactivated(ILogger logger, GrainId grainId, DeactivationReasonCode reason);

    [LoggerMessage(4, LogLevel.Warning, "Deactivation of {GrainId} did not end as it should; it is removed all the same")]
    private static partial void LogDeactivationFailed(ILogger logger, Exception exception, GrainId grainId);
}
