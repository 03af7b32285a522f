using System.Text.Json;
using CodeB.Delivery.Runbooks;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Operations;

namespace CodeB.Grains.Slots;

/// <summary>Emptying the slot without the traffic, by somebody's wish or when its grace has ended.</summary>
internal sealed partial class SlotPairGrain
{
    private const string CleanUpKind = "cleanup";
    private const string GraceReminder = "grace";

    /// <summary>Who is named where CodeB acts by itself.</summary>
    private const string Itself = "codeb";

    /// <summary>Between two attempts at a server that is away.</summary>
    private static readonly TimeSpan CleanUpAgain = TimeSpan.FromMinutes(10);

    /// <summary>Reminders wait for less than 49 days at once; a longer grace is waited for in parts.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    async Task<Operation> ISlotPairGrain.CleanUpAsync(CleanUpCommand command) => await StartAsync(await CleanUpOperationAsync(command));

    async Task<List<PlanFinding>> ISlotPairGrain.PlanCleanUpAsync(CleanUpCommand command) => await PlanAsync(await CleanUpOperationAsync(command));

    protected override async Task RemindedAsync(string reminderName)
    {
        // An operation under way decides about the slot; its end sets the reminder anew.
        if (RunningOperation is not null)
            return;
        if (reminderName == KeptReminder)
            await DropKeptAsync();
        if (reminderName != GraceReminder)
            return;
        if (State.Pair is not { } pair || !SlotMachine.GraceExpired(pair, Now))
        {
            await ScheduleCleanUpAsync();
            return;
        }

        var operation = await CleanUpOperationAsync(new CleanUpCommand { StartedBy = Itself });
        // Looked at first: an attempt at a server that is away leaves a line in the log, and no operation every ten minutes.
        if ((await PlanAsync(operation)).Find(finding => !finding.Ok) is { } obstacle)
            Tools.Logger.CleanUpPutOff(this.GetPrimaryKeyString(), obstacle.Step, obstacle.Message);
        else
            await StartAsync(operation);
    }

    /// <summary>The reminder follows the record: there is one as long as a slot is in grace.</summary>
    private async Task ScheduleCleanUpAsync()
    {
        if (State.Pair is { } pair && pair[SlotMachine.Idle(pair)] is { State: SlotState.Grace, GraceUntil: { } until })
        {
            var due = TimeSpan.FromTicks(Math.Clamp((until - Now).Ticks, 0, LongestWait.Ticks));
            await this.RegisterOrUpdateReminder(GraceReminder, due, CleanUpAgain);
        }
        else if (await this.GetReminder(GraceReminder) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
    }

    private async Task<Operation> CleanUpOperationAsync(CleanUpCommand command)
    {
        await ReadyForAsync(CleanUpKind);
        var (_, pair) = await CurrentAsync();
        SlotMachine.CleanUp(pair, command.StartedBy, Now, command.Force);
        var input = new CleanUpInput
        {
            Project = pair.Project,
            Environment = pair.Environment,
            Slot = SlotMachine.Idle(pair),
            BluePort = pair.Blue.Port,
            GreenPort = pair.Green.Port,
            TrafficLostAt = pair[SlotMachine.Idle(pair)].TrafficLostAt,
            DrainTime = runbooks.DrainTime,
        };
        return NewOperation(CleanUpKind, this.GetPrimaryKeyString(), command.StartedBy, JsonSerializer.Serialize(input));
    }

    private async Task<PreparedOperation> PrepareCleanUpAsync(Operation operation, SlotPair pair) => PreparedOperation.Of(
        CleanUpRunbook.Create(),
        new CleanUpContext(Input<CleanUpInput>(operation), await Tools.Fleet.SessionAsync(pair.Server), runbooks.Settings, Tools.Time));

    /// <summary>A clean-up is not undone: one that broke off after its first effect is repeated, and until then the slot counts as failed.</summary>
    private SlotPair CleanUpEnded(SlotPair pair, Operation operation)
    {
        if (operation.State == OperationState.Succeeded)
            return SlotMachine.CleanUp(pair, operation.StartedBy, Now, force: true);
        return operation.Steps.Exists(s => s is { Name: CleanUpRunbook.RemoveContainerStep, StartedAt: not null })
            ? SlotMachine.CleanUpFailed(pair, operation.Error, operation.StartedBy, Now)
            : pair;
    }
}
