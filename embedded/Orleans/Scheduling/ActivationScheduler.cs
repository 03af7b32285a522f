namespace Orleans.Runtime.Scheduling;

/// <summary>
/// One activation's turns, one after another: new requests and the continuations of those that run. Awaits in grain code
/// come back here because this is the current task scheduler while a turn runs.
/// </summary>
internal sealed class ActivationScheduler(Activation activation) : TaskScheduler, IThreadPoolWorkItem
{
    /// <summary>After so many turns a busy activation goes behind the others that wait for a thread.</summary>
    private const int TurnsAtATime = 128;

    private static readonly Action<object?> DrainTurns = static self => ((ActivationScheduler)self!).Drain();

    private readonly Queue<Task> _continuations = new();
    private Task? _drain;
    private bool _scheduled;
    private bool _requestsFirst;

    /// <summary>Guards the turns and the activation's requests, which a turn takes together.</summary>
    internal Lock Gate { get; } = new();

    internal Activation Activation => activation;

    internal static Activation? CurrentActivation => (Current as ActivationScheduler)?.Activation;

    /// <summary>Call within <see cref="Gate"/>; true: the caller must call <see cref="Run"/> after leaving it.</summary>
    internal bool NeedsRun()
    {
        if (_scheduled) return false;
        _scheduled = true;
        return true;
    }

    internal void Run() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);

    /// <summary>Runs an action as a turn of its own.</summary>
    internal void Post(Action<object?> action, object? state) =>
        new Task(action, state, CancellationToken.None, TaskCreationOptions.None).Start(this);

    void IThreadPoolWorkItem.Execute()
    {
        // The turns run inside a task of this scheduler, which is what makes it the current one.
        _drain = new Task(DrainTurns, this);
        _drain.RunSynchronously(this);
    }

    protected override void QueueTask(Task task)
    {
        bool run;
        lock (Gate)
        {
            _continuations.Enqueue(task);
            run = NeedsRun();
        }

        if (run) Run();
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && (ReferenceEquals(task, _drain) || ReferenceEquals(Current, this)) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (Gate) return [.. _continuations];
    }

    private void Drain()
    {
        for (var turn = 0; turn < TurnsAtATime; turn++)
        {
            Request? request;
            Task? continuation = null;
            lock (Gate)
            {
                // Taking turns between the two keeps a grain that yields in a loop reachable.
                _requestsFirst = !_requestsFirst;
                request = _requestsFirst || _continuations.Count == 0 ? activation.TakeRequest() : null;
                if (request is null && !_continuations.TryDequeue(out continuation))
                {
                    _scheduled = false;
                    return;
                }
            }

            if (request is null) TryExecuteTask(continuation!);
            else Start(request);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Start(Request request)
    {
        // What a request sets in its flow (RequestContext, Activity) must not reach the next one.
        var before = ExecutionContext.Capture();
        request.Start(activation);
        if (before is not null && !ReferenceEquals(ExecutionContext.Capture(), before)) ExecutionContext.Restore(before);
    }
}
