using System.Text.Json;
using CodeB.Delivery.Runbooks;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Operations;

namespace CodeB.Grains.Slots;

/// <summary>The traffic from one slot to the other: promote and rollback.</summary>
internal sealed partial class SlotPairGrain
{
    private const string PromoteKind = "promote";
    private const string RollbackKind = "rollback";

    async Task<Operation> ISlotPairGrain.PromoteAsync(string startedBy) =>
        await StartAsync(await SwitchOperationAsync(PromoteKind, startedBy, SlotMachine.Promote));

    async Task<List<PlanFinding>> ISlotPairGrain.PlanPromoteAsync() =>
        await PlanAsync(await SwitchOperationAsync(PromoteKind, "", SlotMachine.Promote));

    async Task<Operation> ISlotPairGrain.RollbackAsync(string startedBy) =>
        await StartAsync(await SwitchOperationAsync(RollbackKind, startedBy, SlotMachine.Rollback));

    async Task<List<PlanFinding>> ISlotPairGrain.PlanRollbackAsync() =>
        await PlanAsync(await SwitchOperationAsync(RollbackKind, "", SlotMachine.Rollback));

    private async Task<PreparedOperation> PrepareSwitchAsync(Operation operation, SlotPair pair) => PreparedOperation.Of(
        operation.Kind == PromoteKind ? PromoteRunbook.Create() : RollbackRunbook.Create(),
        new PromoteContext(
            Input<PromoteInput>(operation), await Tools.Fleet.SessionAsync(pair.Server), await VariablesAsync(), runbooks.Settings, Tools.Time));

    private SlotPair SwitchEnded(SlotPairState state, Operation operation)
    {
        if (operation.State != OperationState.Succeeded)
            return state.Pair!;
        return operation.Kind == PromoteKind
            ? SlotMachine.Promote(state.Pair!, operation.StartedBy, Now)
            : SlotMachine.Rollback(state.Pair!, operation.StartedBy, Now);
    }

    /// <summary>The machine is asked first, so that an illegal switch is refused before anything is touched.</summary>
    private async Task<Operation> SwitchOperationAsync(
        string kind, string startedBy, Func<SlotPair, string, DateTimeOffset, TimeSpan?, SlotPair> transition)
    {
        RefuseIfRunning(kind);
        var (project, pair) = await CurrentAsync();
        var target = transition(pair, startedBy, Now, null).ActiveSlot!.Value;
        var environment = project.EnvironmentOf(pair.Environment);
        var input = new PromoteInput
        {
            Project = pair.Project,
            Environment = pair.Environment,
            Slot = target,
            Version = pair[target].Version,
            BluePort = pair.Blue.Port,
            GreenPort = pair.Green.Port,
            Addresses = [runbooks.AddressOf(project.Name, pair.Environment, environment)],
            Health = runbooks.HealthOf(project),
        };
        return NewOperation(kind, this.GetPrimaryKeyString(), startedBy, JsonSerializer.Serialize(input));
    }
}
