using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Persistence;
using CodeB.Runbooks;

namespace CodeB.Grains.Operations;

/// <summary>The state of a grain that runs operations: its own facts and the journal, written as one.</summary>
public interface IOperationState<TSelf>
{
    /// <summary>Newest last; at most one of them is unfinished.</summary>
    List<Operation> Operations { get; }

    TSelf WithOperations(List<Operation> operations);
}

/// <summary>
/// A grain that owns operations. The intent is persisted before the first side effect and the outcome with the last
/// journal entry, through one write path. The runbook runs on the thread pool, so that reads of the grain stay quick; each
/// journal entry comes back to the grain's own turn. A reminder and the index see to it that an interrupted operation is
/// taken up again after a restart.
/// </summary>
public abstract class OperationGrain<TState>(IPersistentState<TState> state, OperationTools tools) : Grain, IOperationOwner, IRemindable
    where TState : class, IOperationState<TState>, new()
{
    private const int Kept = 30;
    private const string ResumeReminder = "resume";
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private Running? _running;
    private Task _closing = Task.CompletedTask;

    protected IPersistentState<TState> Persistent => state;

    protected OperationTools Tools => tools;

    protected TState State => state.State;

    protected abstract OperationOwnerKind Owner { get; }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // An unfinished journal entry at activation is one that a stop of CodeB interrupted.
        if (Unfinished() is { } interrupted)
            Begin(interrupted, resumed: true);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // The journal stays unfinished: the next activation resumes it.
        await _stopping.CancelAsync();
        if (_running is { } running)
            await running.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    async Task<Operation?> IOperationOwner.GetOperationAsync(string id)
    {
        await Task.CompletedTask;
        return _running is { } running && running.Latest.Id == id ? running.Latest : State.Operations.Find(o => o.Id == id);
    }

    IAsyncEnumerable<OperationEvent> IOperationOwner.WatchAsync(string id, CancellationToken cancellationToken) =>
        _running is { } running && running.Latest.Id == id ? running.Feed.WatchAsync(cancellationToken) : AsyncEnumerable.Empty<OperationEvent>();

    async Task<Operation> IOperationOwner.CancelAsync(string id)
    {
        if (_running is not { } running || running.Latest.Id != id)
            throw DomainException.Precondition($"operation {id} is not running; there is nothing to cancel");
        await running.Cancel.CancelAsync();
        return running.Latest;
    }

    Task IOperationOwner.ResumeAsync() => Task.CompletedTask;

    async Task IRemindable.ReceiveReminder(string reminderName, TickStatus status)
    {
        if (reminderName != ResumeReminder)
        {
            await RemindedAsync(reminderName);
        }
        else if (_running is null && Unfinished() is null)
        {
            await SettleAsync();
            await DropReminderAsync();
        }
    }

    /// <summary>The runbook and context of an operation, from its kind and input alone.</summary>
    protected abstract Task<PreparedOperation> PrepareAsync(Operation operation);

    /// <summary>
    /// The grain's own facts after one of the operation's steps has changed its state, such as to Done or Undone; saved together
    /// with the journal's entry of it, so that a stop finds both or neither. Called once for each change, however often the
    /// operation is taken up again.
    /// </summary>
    protected virtual TState StepChanged(TState state, Operation operation, StepRecord step) => state;

    /// <summary>The grain's own facts after the operation's end; saved together with the journal's last entry.</summary>
    protected virtual TState Conclude(TState state, Operation operation) => state;

    /// <summary>
    /// Brings what lies outside of the grain's state in line with it, after an operation's end. When it throws it is called again
    /// each minute until it returns, over restarts too.
    /// </summary>
    protected virtual Task SettleAsync() => Task.CompletedTask;

    /// <summary>A tick of a reminder that the grain itself has registered.</summary>
    protected virtual Task RemindedAsync(string reminderName) => Task.CompletedTask;

    /// <summary>FAILED_PRECONDITION with the running operation's id. Called before anything is checked or touched.</summary>
    protected void RefuseIfRunning(string kind)
    {
        if (_running is { } running)
        {
            throw DomainException.Precondition(
                $"{kind} of {running.Latest.Target} refused: {running.Latest.Kind} {running.Latest.Id} is running; " +
                $"wait for it (we operation watch {running.Latest.Id}) or cancel it (we operation cancel {running.Latest.Id})");
        }
    }

    /// <summary>Persists the intent and starts the operation in the background.</summary>
    /// <param name="operation">From <see cref="NewOperation"/>.</param>
    /// <param name="intent">The grain's own facts while it runs, such as the slot's state deploying.</param>
    protected async Task<Operation> StartAsync(Operation operation, Func<TState, TState>? intent = null)
    {
        // It may be about to drop the reminder that this operation needs.
        await _closing;
        RefuseIfRunning(operation.Kind);
        // The index comes first: an entry without an operation is harmless, an operation that nobody finds is not.
        await tools.Index.PutAsync(Entry(operation));
        await this.RegisterOrUpdateReminder(ResumeReminder, ReminderPeriod, ReminderPeriod);
        await WriteAsync(s => WithOperation(intent is null ? s : intent(s), operation));
        Begin(operation, resumed: false);
        return operation;
    }

    protected async Task<List<PlanFinding>> PlanAsync(Operation operation)
    {
        var prepared = await PrepareAsync(operation);
        return await prepared.InspectAsync(tools.Runner, operation, _stopping.Token);
    }

    protected Operation NewOperation(string kind, string target, string startedBy, string input) => new()
    {
        Id = $"{kind}-{target.Replace('/', '-')}-{tools.Time.GetUtcNow():yyyyMMddHHmmss}-{Guid.CreateVersion7().ToString("N")[^4..]}",
        Kind = kind,
        Target = target,
        StartedBy = startedBy,
        StartedAt = tools.Time.GetUtcNow(),
        State = OperationState.Running,
        Input = input,
    };

    protected Task WriteAsync(Func<TState, TState> change) => state.ChangeAsync(change);

    /// <summary>Ends when what the last operation left behind is tidied up; never fails.</summary>
    protected Task Closed => _closing;

    /// <summary>Cancelled when the grain is deactivated.</summary>
    protected CancellationToken Stopping => _stopping.Token;

    protected Operation? RunningOperation => _running?.Latest ?? Unfinished();

    private Operation? Unfinished() => State.Operations.Find(o => !o.IsFinished);

    private void Begin(Operation operation, bool resumed)
    {
        var running = new Running(operation);
        _running = running;
        // Keeps the activation alive for as long as the operation runs.
        running.KeepAlive = this.RegisterGrainTimer(
            static (_, _) => Task.CompletedTask,
            0,
            new GrainTimerCreationOptions(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20)) { KeepAlive = true });
        running.Task = RunAsync(running, operation, resumed);
    }

    private async Task RunAsync(Running running, Operation operation, bool resumed)
    {
        if (resumed)
            tools.Logger.Resuming(operation.Kind, operation.Id, operation.Target);
        var journal = new GrainJournal(TaskScheduler.Current, o => SaveAsync(running, o));
        try
        {
            var prepared = await PrepareAsync(operation);
            var run = resumed ? prepared.ResumeAsync : new Run(prepared.RunAsync);
            await Task.Run(() => run(tools.Runner, operation, journal, running.Feed, running.Cancel.Token, _stopping.Token));
        }
        catch (Exception error) when (!_stopping.IsCancellationRequested)
        {
            // The runner turns every failure of a step into the operation's state; what comes here is the journal's own.
            tools.Logger.Abandoned(operation.Kind, operation.Id, error);
            await AbandonAsync(running, error);
        }
        catch (Exception error)
        {
            tools.Logger.Stopped(operation.Kind, operation.Id, error.Message);
        }
        finally
        {
            running.KeepAlive?.Dispose();
            running.Feed.Complete();
            _running = null;
            running.Cancel.Dispose();
        }

        if (running.Latest.IsFinished)
            await (_closing = CloseAsync(running.Latest));
    }

    private delegate Task<Operation> Run(
        RunbookRunner runner, Operation operation, IJournal journal, IProgress<OperationEvent> progress, CancellationToken cancel, CancellationToken stop);

    private async Task SaveAsync(Running running, Operation operation)
    {
        await WriteAsync(s =>
        {
            var known = s.Operations.Find(o => o.Id == operation.Id)?.Steps ?? [];
            var next = operation.Steps
                .Where(step => (known.Find(k => k.Name == step.Name)?.State ?? StepState.Pending) != step.State)
                .Aggregate(s, (facts, step) => StepChanged(facts, operation, step));
            return WithOperation(operation.IsFinished ? Conclude(next, operation) : next, operation);
        });
        running.Latest = operation;
    }

    private async Task AbandonAsync(Running running, Exception error)
    {
        var failed = running.Latest with
        {
            State = OperationState.Failed,
            FinishedAt = tools.Time.GetUtcNow(),
            Error = $"{running.Latest.Kind} of {running.Latest.Target}: {error.Message}",
            ErrorCode = (error as DomainException)?.Code.ToString() ?? nameof(ErrorCode.Internal),
        };
        try
        {
            await SaveAsync(running, failed);
        }
        catch (Exception write)
        {
            // The state could not be written: another activation has it, or the control database is away. Start over from
            // what is really stored.
            tools.Logger.Abandoned(failed.Kind, failed.Id, write);
            DeactivateOnIdle();
        }
    }

    private async Task CloseAsync(Operation operation)
    {
        try
        {
            await tools.Index.PutAsync(Entry(operation));
            await SettleAsync();
            await DropReminderAsync();
        }
        catch (Exception error)
        {
            // The journal is already right; the reminder comes again and tidies up.
            tools.Logger.TidyUpFailed(operation.Id, error);
        }
    }

    private async Task DropReminderAsync()
    {
        if (await this.GetReminder(ResumeReminder) is { } reminder)
            await this.UnregisterReminder(reminder);
        if (State.Operations.Count > 0 && await tools.Index.FindAsync(State.Operations[^1].Id) is { State: OperationState.Running })
            await tools.Index.PutAsync(Entry(State.Operations[^1]));
    }

    private static TState WithOperation(TState state, Operation operation)
    {
        List<Operation> operations = [.. state.Operations.Where(o => o.Id != operation.Id), operation];
        return state.WithOperations(operations.Count > Kept ? operations[^Kept..] : operations);
    }

    private OperationEntry Entry(Operation operation) => new()
    {
        Id = operation.Id,
        Owner = Owner,
        OwnerKey = this.GetPrimaryKeyString(),
        Target = operation.Target,
        State = operation.State,
        StartedAt = operation.StartedAt,
    };

    private sealed class Running(Operation operation)
    {
        public OperationFeed Feed { get; } = new();

        public CancellationTokenSource Cancel { get; } = new();

        public Operation Latest { get; set; } = operation;

        public Task Task { get; set; } = Task.CompletedTask;

        public IGrainTimer? KeepAlive { get; set; }
    }

    /// <summary>Brings a journal entry from the runner's thread to the grain's own turn.</summary>
    private sealed class GrainJournal(TaskScheduler grain, Func<Operation, Task> save) : IJournal
    {
        public Task SaveAsync(Operation operation, CancellationToken cancellationToken) =>
            Task.Factory.StartNew(() => save(operation), cancellationToken, TaskCreationOptions.None, grain).Unwrap();
    }
}
