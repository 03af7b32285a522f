using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans.Serialization;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>One call on its way: what to call, with what, and the answer's promise. Proxies derive one class a method.</summary>
internal abstract class Request(GrainReference target, GrainMethod method) : IInvokable
{
    private int _completed;
    private CancellationTokenRegistration _callerCancels;
    private CancellationTokenSource? _cancellation;

    internal Request? Next { get; set; }

    internal GrainMethod Method => method;

    internal GrainReference Target => target;

    internal Activation? Source { get; private set; }

    internal long SentAt { get; private set; }

    internal Activation? RunsOn { get; private set; }

    internal Dictionary<string, object>? Context { get; set; }

    /// <summary>The answer as it stands after filters.</summary>
    internal abstract object? BoxedResult { get; }

    internal abstract Task AnswerTask { get; }

    /// <summary>The caller's span, if calls are traced.</summary>
    internal System.Diagnostics.Activity? CallerSpan { get; set; }

    /// <summary>Whether the caller has its answer, or has given up waiting.</summary>
    internal bool IsCompleted => Volatile.Read(ref _completed) != 0;

    internal virtual Interleaving Interleaving => target.Reentrant ? Interleaving.Always : method.Interleaving;

    /// <summary>Whether the caller waits only for the response timeout.</summary>
    internal virtual bool Expires => true;

    /// <summary>Whether it is a call of a grain's method, which filters and traces see.</summary>
    internal virtual bool IsCall => true;

    /// <summary>Proxies of methods that take a token override it.</summary>
    protected internal virtual CancellationToken Token { get => default; set => _ = value; }

    /// <summary>False: the caller has cancelled already and the request is not to be sent.</summary>
    internal bool Prepare(long now)
    {
        SentAt = now;
        Source = Scheduling.ActivationScheduler.CurrentActivation;
        Context = RequestContext.Values;
        var token = Token;
        if (!token.CanBeCanceled) return true;
        if (token.IsCancellationRequested)
        {
            Cancel(token);
            return false;
        }

        _cancellation = new CancellationTokenSource();
        Token = _cancellation.Token;
        _callerCancels = token.UnsafeRegister(
            static (state, cancelled) => ((Request)state!).CancelByCaller(cancelled), this);
        return true;
    }

    internal bool HasExpired(long now, TimeProvider time, TimeSpan timeout)
    {
        if (!Expires || IsCompleted) return false;
        var limit = method.Timeout ?? timeout;
        return limit != Timeout.InfiniteTimeSpan && time.GetElapsedTime(SentAt, now) >= limit;
    }

    internal void Expire(TimeProvider time, TimeSpan timeout, string status)
    {
        var from = Source is null ? "a client" : Source.GrainId.ToString();
        Fail(new TimeoutException(
            $"Response did not arrive on time in {method.Timeout ?? timeout} for message: {method} from {from} to "
            + $"{target.GrainId}, sent {time.GetElapsedTime(SentAt).TotalSeconds:0.0} s ago. There, {status}. A chain of calls "
            + "that comes back to a grain which waits for it is a deadlock, unless the method is [AlwaysInterleave] or the "
            + "grain [Reentrant]."));
    }

    /// <summary>The turn in which the request begins.</summary>
    internal void Start(Activation activation)
    {
        RunsOn = activation;
        if (_cancellation is not null)
        {
            // The caller may cancel between the queue and here; one of the two sides sees the other.
            Interlocked.MemoryBarrier();
            if (IsCompleted) _cancellation.Cancel();
        }

        if (Context is not null) RequestContext.Values = Context;
        if (IsCall && activation.NeedsPipeline) StartPipeline(activation);
        else StartDirectly(activation.GrainInstance!);
    }

    internal abstract void Fail(Exception exception);

    protected abstract void Cancel(CancellationToken token);

    protected abstract void StartDirectly(object grain);

    protected abstract void StartPipeline(Activation activation);

    /// <summary>The call as filters see it: any result as an object.</summary>
    internal abstract ValueTask<object?> InvokeBoxed(object grain);

    protected bool TryComplete()
    {
        if (Interlocked.Exchange(ref _completed, 1) != 0) return false;
        _callerCancels.Unregister();
        return true;
    }

    protected void Finished(Exception? exception)
    {
        RunsOn!.Finished(this, exception);
    }

    private void CancelByCaller(CancellationToken token)
    {
        Cancel(token);
        // The grain's own callbacks on the token belong to its turns.
        RunsOn?.Scheduler.Post(static source => ((CancellationTokenSource)source!).Cancel(), _cancellation);
    }

    public virtual int GetArgumentCount() => 0;

    public virtual object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    public string GetMethodName() => method.Info.Name;

    public string GetInterfaceName() => method.InterfaceName;

    public string GetActivityName() => method.ActivityName;

    public MethodInfo GetMethod() => method.Info;

    public Type GetInterfaceType() => method.InterfaceType;

    public TimeSpan? GetDefaultResponseTimeout() => method.Timeout;

    public CancellationToken GetCancellationToken() => Token;
}

/// <summary>The result of methods that have none.</summary>
internal readonly struct Nothing;

internal abstract class Request<T>(GrainReference target, GrainMethod method) : Request(target, method)
{
    private AsyncTaskMethodBuilder<T> _answer = AsyncTaskMethodBuilder<T>.Create();
    private T? _result;

    /// <summary>Must be read before the request is sent.</summary>
    internal Task<T> Answer => _answer.Task;

    internal override Task AnswerTask => _answer.Task;

    internal override object? BoxedResult => typeof(T) == typeof(Nothing) ? null : _result;

    protected abstract ValueTask<T> Call(object grain);

    internal override void Fail(Exception exception)
    {
        if (TryComplete()) _answer.SetException(exception);
    }

    protected override void Cancel(CancellationToken token)
    {
        if (TryComplete()) _answer.SetException(new OperationCanceledException(token));
    }

    protected override void StartDirectly(object grain)
    {
        ValueTask<T> call;
        try
        {
            call = Call(grain);
        }
        catch (Exception e)
        {
            Finish(e);
            return;
        }

        if (call.IsCompletedSuccessfully) Finish(call.Result);
        else FinishLater(call);
    }

    protected override async void StartPipeline(Activation activation)
    {
        try
        {
            var result = await GrainCall.RunAsync(this, activation);
            Finish(typeof(T) == typeof(Nothing) ? default! : (T)result!);
        }
        catch (Exception e)
        {
            Finish(e);
        }
    }

    internal override async ValueTask<object?> InvokeBoxed(object grain)
    {
        var result = await Call(grain);
        return typeof(T) == typeof(Nothing) ? null : result;
    }

    private async void FinishLater(ValueTask<T> call)
    {
        T result;
        try
        {
            result = await call;
        }
        catch (Exception e)
        {
            Finish(e);
            return;
        }

        Finish(result);
    }

    private void Finish(T result)
    {
        try
        {
            _result = Copier<T>.Copy(result);
        }
        catch (Exception e)
        {
            Finish(e);
            return;
        }

        Finished(null);
        if (TryComplete()) _answer.SetResult(_result);
    }

    private void Finish(Exception exception)
    {
        Finished(exception);
        Fail(exception);
    }
}
