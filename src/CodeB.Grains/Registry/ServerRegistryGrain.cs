using CodeB.Domain.Errors;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Persistence;
using Microsoft.Extensions.Logging;

namespace CodeB.Grains.Registry;

/// <summary>
/// A mark is kept before anything is done about it, and taken away when the server has everything. Changes that come while the
/// server is being told are one further turn, however many they are.
/// </summary>
internal sealed partial class ServerRegistryGrain(
    [PersistentState("server-registry")] IPersistentState<ExportState> state, RegistryExport export, RegistryCheck check, ILogger<ServerRegistryGrain> logger)
    : Grain, IServerRegistryGrain, IRemindable
{
    private const string Reminder = "export";
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    // Calls interleave here; two writes of the state at once would contradict each other.
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private long _changes;
    private long _told;
    private Task _telling = Task.CompletedTask;
    private IGrainTimer? _again;
    private string _reported = "";

    private string Server => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (state.State.Pending)
            Tell();
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _telling.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    async Task IServerRegistryGrain.MarkAsync()
    {
        await NoteAsync();
        Tell();
    }

    async Task<ExportState> IServerRegistryGrain.FlushAsync()
    {
        await NoteAsync();
        Tell();
        await _telling;
        return state.State;
    }

    async Task<ExportState> IServerRegistryGrain.GetAsync()
    {
        await Task.CompletedTask;
        return state.State;
    }

    async Task<List<RegistryFile>> IServerRegistryGrain.FilesAsync() =>
        [.. (await export.PictureAsync(Server)).Files.Select(file => new RegistryFile { Path = file.Key, Content = file.Value })];

    Task<List<RegistryDrift>> IServerRegistryGrain.CheckAsync(CheckCommand command) =>
        check.CheckAsync(Server, command, state.State, _stopping.Token);

    async Task IRemindable.ReceiveReminder(string reminderName, TickStatus status)
    {
        if (state.State.Pending)
            Tell();
        else if (await this.GetReminder(Reminder) is { } reminder)
            await this.UnregisterReminder(reminder);
    }

    private async Task NoteAsync()
    {
        _changes++;
        if (state.State.Pending)
            return;
        await this.RegisterOrUpdateReminder(Reminder, ReminderPeriod, ReminderPeriod);
        await WriteAsync(s => s with { Pending = true });
    }

    private void Tell()
    {
        if (_telling.IsCompleted)
            _telling = TellAsync();
    }

    private async Task TellAsync()
    {
        _changes = Math.Max(_changes, _told + 1);
        try
        {
            while (_told < _changes)
            {
                var upTo = _changes;
                var done = await export.ExportAsync(Server, state.State, _stopping.Token);
                _told = upTo;
                await WriteAsync(s => s with
                {
                    Pending = _told < _changes,
                    Error = "",
                    Written = done.Written,
                    TakenOver = "",
                    ExportedAt = done.ExportedAt,
                });
            }

            _again?.Dispose();
            _again = null;
            _reported = "";
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // The mark stays: the next activation goes on.
        }
        catch (DomainException error) when (error.Code == ErrorCode.NotFound)
        {
            // No such server any more: there is nobody to tell.
            _told = _changes;
            await WriteAsync(_ => new ExportState());
        }
        catch (Exception error)
        {
            // A server that is away for long is one line, not one every ten seconds.
            if (_reported != error.Message)
                LogNotExported(Server, _reported = error.Message);
            await KeepErrorAsync(error);
            _again ??= this.RegisterGrainTimer(
                () =>
                {
                    Tell();
                    return Task.CompletedTask;
                },
                new GrainTimerCreationOptions(Again, Again) { KeepAlive = true });
        }
    }

    private async Task KeepErrorAsync(Exception error)
    {
        try
        {
            await WriteAsync(s => s with { Pending = true, Error = error is DomainException ? error.Message : $"{Server}: {error.Message}" });
        }
        catch (Exception write)
        {
            // The mark is kept already; what is lost is only why the server was not told.
            LogNotExported(Server, write.Message);
        }
    }

    private async Task WriteAsync(Func<ExportState, ExportState> change)
    {
        await _writing.WaitAsync();
        try
        {
            await state.ChangeAsync(change);
        }
        finally
        {
            _writing.Release();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The registry's copy on {Server} is behind, and it will be tried again: {Reason}")]
    private partial void LogNotExported(string server, string reason);
}
