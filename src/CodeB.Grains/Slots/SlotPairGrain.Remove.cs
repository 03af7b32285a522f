using System.Text.Json;
using CodeB.Delivery.Runbooks;
using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Env;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Operations;

namespace CodeB.Grains.Slots;

/// <summary>A preview's end: everything of it on its server, then its record.</summary>
internal sealed partial class SlotPairGrain
{
    private const string RemoveKind = "remove";

    async Task<Operation> ISlotPairGrain.RemoveAsync(string startedBy) => await StartAsync(await RemoveOperationAsync(startedBy));

    async Task<List<PlanFinding>> ISlotPairGrain.PlanRemoveAsync() => await PlanAsync(await RemoveOperationAsync(""));

    private async Task<Operation> RemoveOperationAsync(string startedBy)
    {
        await ReadyForAsync(RemoveKind);
        var (project, pair) = await CurrentAsync();
        var environment = project.EnvironmentOf(pair.Environment);
        if (environment.Branch.Length == 0)
            throw DomainException.Precondition($"{this.GetPrimaryKeyString()} is no preview; only previews are removed with what runs in them");
        var input = new RemoveInput
        {
            Project = pair.Project,
            Environment = pair.Environment,
            Server = pair.Server,
            BluePort = pair.Blue.Port,
            GreenPort = pair.Green.Port,
        };
        return NewOperation(RemoveKind, this.GetPrimaryKeyString(), startedBy, JsonSerializer.Serialize(input));
    }

    /// <summary>From its input alone: taken up again after its last step, it finds no environment in the registry any more.</summary>
    private async Task<PreparedOperation> PrepareRemoveAsync(Operation operation)
    {
        var input = Input<RemoveInput>(operation);
        var env = GrainFactory.GetGrain<IEnvGrain>(this.GetPrimaryKeyString());
        async Task ForgetAsync()
        {
            // A later preview of the branch begins with staging's ENV again, not with what this one had.
            await env.ChangeAsync(new EnvChange { ReplaceWith = "", ChangedBy = operation.StartedBy });
            await Tools.Fleet.Registry.RemoveEnvironmentAsync(input.Project, input.Environment);
        }

        return PreparedOperation.Of(
            RemoveRunbook.Create(),
            new RemoveContext(input, await Tools.Fleet.SessionAsync(input.Server), runbooks.Settings, Tools.Time, ForgetAsync));
    }

    private static SlotPairState RemoveEnded(SlotPairState state, Operation operation) =>
        operation.State == OperationState.Succeeded ? new SlotPairState { Operations = state.Operations } : state;
}
