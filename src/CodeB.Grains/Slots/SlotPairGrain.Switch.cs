using System.Text.Json;
using CodeB.Delivery.Runbooks;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Operations;
using CodeB.Grains.Slots.Data;

namespace CodeB.Grains.Slots;

/// <summary>The traffic from one slot to the other: promote and rollback.</summary>
internal sealed partial class SlotPairGrain
{
    private const string PromoteKind = "promote";
    private const string RollbackKind = "rollback";

    /// <summary>A rollback is not watched: what it would go back to is what somebody has just left.</summary>
    private static readonly TimeSpan Unwatched = TimeSpan.Zero;

    async Task<Operation> ISlotPairGrain.PromoteAsync(PromoteCommand command) =>
        await StartSwitchAsync(await SwitchOperationAsync(PromoteKind, command.StartedBy, runbooks.WatchOf(command.Watch)));

    async Task<List<PlanFinding>> ISlotPairGrain.PlanPromoteAsync(PromoteCommand command) =>
        await PlanAsync(await SwitchOperationAsync(PromoteKind, command.StartedBy, runbooks.WatchOf(command.Watch)));

    async Task<Operation> ISlotPairGrain.RollbackAsync(RollbackCommand command) => await StartSwitchAsync(await RollbackOperationAsync(command));

    async Task<List<PlanFinding>> ISlotPairGrain.PlanRollbackAsync(RollbackCommand command) => await PlanAsync(await RollbackOperationAsync(command));

    private Task<Operation> StartSwitchAsync(Operation operation) => StartAsync(operation, s => s with { BeforeSwitch = s.Pair });

    private async Task<PreparedOperation> PrepareSwitchAsync(Operation operation, SlotPair pair)
    {
        if (operation.Kind == RollbackKind && Input<DataRollbackInput>(operation).Restore is not null)
            return await PrepareDataRollbackAsync(operation, pair);
        return PreparedOperation.Of(
            operation.Kind == PromoteKind ? PromoteRunbook.Create() : RollbackRunbook.Create(), await SwitchContextAsync(operation, pair));
    }

    private async Task<PromoteContext> SwitchContextAsync(Operation operation, SlotPair pair) => new(
        Input<PromoteInput>(operation), await Tools.Fleet.SessionAsync(pair.Server), await VariablesAsync(), runbooks.Settings, Tools.Time);

    /// <summary>The record says who has the traffic from the journal entry on that says so, not only at the operation's end.</summary>
    private SlotPairState SwitchStepChanged(SlotPairState state, Operation operation, StepRecord step) =>
        (step.Name, step.State) switch
        {
            (PromoteSteps.SwitchTraffic, StepState.Done or StepState.Skipped) => state with { Pair = Switched(state.Pair!, operation) },
            (PromoteSteps.SwitchTraffic, StepState.Undone) => state with { Pair = SwitchedBack(state, operation) },
            _ => state,
        };

    private SlotPairState SwitchEnded(SlotPairState state, Operation operation)
    {
        if (operation.State == OperationState.Succeeded)
            return state with { Pair = DataReplaced(Switched(state.Pair!, operation), operation) };
        var begun = operation.Steps.Find(s => s.Name == PromoteSteps.SwitchTraffic) is { StartedAt: not null, State: not StepState.Undone };
        return operation.State == OperationState.Failed && begun ? state with { Unsettled = operation.Id } : state;
    }

    private SlotPair Switched(SlotPair pair, Operation operation)
    {
        if (pair.ActiveSlot == Input<PromoteInput>(operation).Slot)
            return pair;
        return Transition(operation.Kind, pair, operation.StartedBy);
    }

    private SlotPair SwitchedBack(SlotPairState state, Operation operation)
    {
        if (state.Pair!.ActiveSlot != Input<PromoteInput>(operation).Slot || state.Pair.ActiveSlot == state.BeforeSwitch!.ActiveSlot)
            return state.Pair;
        var guilty = operation.Steps.Exists(s => s is { Name: PromoteSteps.Watch, State: StepState.Failed })
            && operation.ErrorCode == nameof(ErrorCode.FailedPrecondition);
        return SlotMachine.Revert(
            state.Pair, state.BeforeSwitch, guilty ? operation.Error : "", guilty ? Itself : operation.StartedBy, Now);
    }

    private SlotPair Transition(string kind, SlotPair pair, string by) => kind == PromoteKind
        ? SlotMachine.Promote(pair, by, Now, runbooks.Options.GraceTime)
        : SlotMachine.Rollback(pair, by, Now, runbooks.Options.GraceTime);

    /// <summary>
    /// After a switch that could neither be finished nor undone the server has the last word: the record follows its gates. It
    /// throws while the server cannot be asked, and until then no operation begins.
    /// </summary>
    private async Task SettleTrafficAsync()
    {
        if (State.Unsettled.Length == 0)
            return;
        var (_, pair) = await CurrentAsync();
        if (State.Operations.Find(o => o.Id == State.Unsettled) is not { } operation)
        {
            await WriteAsync(s => s with { Unsettled = "" });
            return;
        }

        var context = await SwitchContextAsync(operation, pair);
        var gate = await context.GateAsync(Stopping);
        await WriteAsync(s => s with { Unsettled = "", Pair = Following(s, operation, gate) });
    }

    private SlotPair Following(SlotPairState state, Operation operation, SlotName? gate)
    {
        if (gate == state.Pair!.ActiveSlot)
            return state.Pair;
        if (gate == Input<PromoteInput>(operation).Slot)
            return Switched(state.Pair, operation);
        return gate == state.BeforeSwitch!.ActiveSlot ? SwitchedBack(state, operation) : state.Pair;
    }

    /// <summary>The machine is asked first, so that an illegal switch is refused before anything is touched.</summary>
    private async Task<Operation> SwitchOperationAsync(string kind, string startedBy, TimeSpan watch)
    {
        await ReadyForAsync(kind);
        var (project, pair) = await CurrentAsync();
        var target = Transition(kind, pair, startedBy).ActiveSlot!.Value;
        var environment = project.EnvironmentOf(pair.Environment);
        var input = new PromoteInput
        {
            Project = pair.Project,
            Environment = pair.Environment,
            Slot = target,
            Version = pair[target].Version,
            BluePort = pair.Blue.Port,
            GreenPort = pair.Green.Port,
            Domains = DeliveryRunbooks.DomainsOf(project.Name, pair.Environment, environment),
            Redirects = environment.Redirects,
            Health = runbooks.HealthOf(project),
            Watch = watch,
        };
        return NewOperation(kind, this.GetPrimaryKeyString(), startedBy, JsonSerializer.Serialize(input));
    }
}
