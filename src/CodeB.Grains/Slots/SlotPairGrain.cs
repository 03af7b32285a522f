using System.Text.Json;
using CodeB.Domain.Env;
using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Domain.Projects;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Env;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Backups;
using CodeB.Grains.Operations;
using CodeB.Grains.Registry;
using CodeB.Grains.Slots.Data;
using CodeB.Protection.DataPath;

namespace CodeB.Grains.Slots;

/// <summary>
/// What all operations on a slot pair share. Each kind of operation has a file of its own, with its preparation and what its
/// end makes of the slots; it is entered into the three switches here.
/// </summary>
internal sealed partial class SlotPairGrain(
    [PersistentState("slots")] IPersistentState<SlotPairState> state,
    OperationTools tools,
    DeliveryRunbooks runbooks,
    IRegistryMarks marks,
    ProjectData data,
    ISetTaker sets,
    KeyRing keys)
    : OperationGrain<SlotPairState>(state, tools), ISlotPairGrain
{
    protected override OperationOwnerKind Owner => OperationOwnerKind.SlotPair;

    private DateTimeOffset Now => Tools.Time.GetUtcNow();

    async Task<SlotPairView> ISlotPairGrain.GetAsync()
    {
        // What is recorded needs no look into the registry: the list of all pairs asks every one of them.
        return ViewOf(State.Pair ?? (await CurrentAsync()).Pair);
    }

    async Task<SlotPair> ISlotPairGrain.GetWithHistoryAsync() => (await CurrentAsync()).Pair;

    async Task<List<Release>> ISlotPairGrain.GetHistoryAsync(int limit)
    {
        var (_, pair) = await CurrentAsync();
        return [.. SlotHistory.Of(pair).Take(limit == 0 ? int.MaxValue : limit)];
    }

    async Task ISlotPairGrain.ForgetAsync()
    {
        await ReadyForAsync("remove");
        if (State.Pair is { } pair && (pair.Blue.State != SlotState.Empty || pair.Green.State != SlotState.Empty))
        {
            throw DomainException.Precondition(
                $"{this.GetPrimaryKeyString()} still holds {pair.Blue.Version} {pair.Green.Version}; empty its slots first".Replace("  ", " "));
        }

        if (State.Pair?.Kept is [{ } kept, ..])
        {
            throw DomainException.Precondition(
                $"{this.GetPrimaryKeyString()} still keeps {string.Join(", ", kept.Places.Values)} of {kept.Version} until {kept.Until:u}; CodeB drops it then");
        }

        await WriteAsync(s => s with { Pair = null });
    }

    protected override async Task<PreparedOperation> PrepareAsync(Operation operation)
    {
        if (operation.Kind == RemoveKind)
            return await PrepareRemoveAsync(operation);
        var (project, pair) = await CurrentAsync();
        return operation.Kind switch
        {
            DeployKind => await PrepareDeployAsync(operation, pair),
            PromoteKind or RollbackKind => await PrepareSwitchAsync(operation, pair),
            CleanUpKind => await PrepareCleanUpAsync(operation, pair),
            DropKeptRunbook.Name => await PrepareDropKeptAsync(operation),
            _ => throw DomainException.Precondition($"{project.Name}: this version of CodeB knows no operation '{operation.Kind}'"),
        };
    }

    protected override SlotPairState StepChanged(SlotPairState state, Operation operation, StepRecord step) => operation.Kind switch
    {
        PromoteKind or RollbackKind => SwitchStepChanged(state, operation, step),
        _ => state,
    };

    protected override SlotPairState Conclude(SlotPairState state, Operation operation) => operation.Kind switch
    {
        DeployKind => state with { Pair = WithSnapshotOf(DeployEnded(state, operation), operation) },
        PromoteKind or RollbackKind => SwitchEnded(state, operation),
        CleanUpKind => state with { Pair = CleanUpEnded(state.Pair!, operation) },
        DropKeptRunbook.Name => state with { Pair = DropKeptEnded(state.Pair!, operation) },
        RemoveKind => RemoveEnded(state, operation),
        _ => state,
    };

    protected override async Task SettleAsync()
    {
        try
        {
            await SettleTrafficAsync();
        }
        finally
        {
            await ScheduleCleanUpAsync();
            await ScheduleDropAsync();
            await MarkChangedAsync();
        }
    }

    /// <summary>A new operation may begin: none runs, the last one's end is settled, and where the traffic is is known.</summary>
    private async Task ReadyForAsync(string kind)
    {
        RefuseIfRunning(kind);
        await Closed;
        await SettleTrafficAsync();
    }

    /// <summary>The server's copy of the registry holds the slots too.</summary>
    private async Task MarkChangedAsync()
    {
        if (State.Pair is { } pair)
            await marks.MarkAsync([pair.Server]);
    }

    /// <summary>NOT_FOUND for a project or an environment that is not registered.</summary>
    private async Task<(Project Project, SlotPair Pair)> CurrentAsync()
    {
        var key = this.GetPrimaryKeyString().Split('/');
        var project = await Tools.Fleet.Registry.GetProjectAsync(key[0]);
        var environment = project.EnvironmentOf(key[1]);
        var pair = State.Pair ?? SlotMachine.Create(
            key[0], key[1], environment.Server, environment.BluePort, environment.GreenPort, project.CreatedAt);
        return (project, pair);
    }

    private SlotPairView ViewOf(SlotPair pair) => new() { Pair = pair with { History = [] }, RunningOperation = RunningOperation?.Id ?? "" };

    private async Task<Dictionary<string, string>> VariablesAsync() =>
        DotEnv.Parse((await GrainFactory.GetGrain<IEnvGrain>(this.GetPrimaryKeyString()).GetAsync()).Text).Variables.ToDictionary();

    private static T Input<T>(Operation operation) =>
        JsonSerializer.Deserialize<T>(operation.Input) ?? throw new InvalidOperationException($"operation {operation.Id} has no input");
}
