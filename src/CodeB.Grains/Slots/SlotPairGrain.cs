using System.Text.Json;
using CodeB.Delivery.Runbooks;
using CodeB.Domain.Env;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Operations;
using CodeB.Domain.Projects;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Env;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Operations;

namespace CodeB.Grains.Slots;

/// <summary>Both slots and the journal, written as one: a slot's state and the operation that made it so never disagree.</summary>
[GenerateSerializer]
[Alias("codeb.SlotPairState")]
public sealed record SlotPairState : IOperationState<SlotPairState>
{
    /// <summary>Null until the first deploy.</summary>
    [Id(0)]
    public SlotPair? Pair { get; init; }

    [Id(1)]
    public List<Operation> Operations { get; init; } = [];

    /// <summary>The pair as the last deploy found it: what holds again when that deploy fails before it has touched the slot.</summary>
    [Id(2)]
    public SlotPair? BeforeDeploy { get; init; }

    public SlotPairState WithOperations(List<Operation> operations) => this with { Operations = operations };
}

internal sealed class SlotPairGrain(
    [PersistentState("slots")] IPersistentState<SlotPairState> state, OperationTools tools, DeliveryRunbooks runbooks)
    : OperationGrain<SlotPairState>(state, tools), ISlotPairGrain
{
    protected override OperationOwnerKind Owner => OperationOwnerKind.SlotPair;

    private DateTimeOffset Now => Tools.Time.GetUtcNow();

    async Task<SlotPairView> ISlotPairGrain.GetAsync()
    {
        var (_, pair) = await CurrentAsync();
        return new SlotPairView { Pair = pair, RunningOperation = RunningOperation?.Id ?? "" };
    }

    async Task<Operation> ISlotPairGrain.DeployAsync(DeployCommand command)
    {
        var (operation, before, deploying) = await DeployOperationAsync(command);
        return await StartAsync(operation, s => s with { Pair = deploying, BeforeDeploy = before });
    }

    async Task<List<PlanFinding>> ISlotPairGrain.PlanDeployAsync(DeployCommand command) =>
        await PlanAsync((await DeployOperationAsync(command)).Operation);

    async Task<Operation> ISlotPairGrain.PromoteAsync(string startedBy) =>
        await StartAsync(await SwitchOperationAsync("promote", startedBy, SlotMachine.Promote));

    async Task<List<PlanFinding>> ISlotPairGrain.PlanPromoteAsync() =>
        await PlanAsync(await SwitchOperationAsync("promote", "", SlotMachine.Promote));

    async Task<Operation> ISlotPairGrain.RollbackAsync(string startedBy) =>
        await StartAsync(await SwitchOperationAsync("rollback", startedBy, SlotMachine.Rollback));

    async Task<List<PlanFinding>> ISlotPairGrain.PlanRollbackAsync() =>
        await PlanAsync(await SwitchOperationAsync("rollback", "", SlotMachine.Rollback));

    async Task ISlotPairGrain.ForgetAsync()
    {
        RefuseIfRunning("remove");
        if (State.Pair is { } pair && (pair.Blue.State != SlotState.Empty || pair.Green.State != SlotState.Empty))
        {
            throw DomainException.Precondition(
                $"{this.GetPrimaryKeyString()} still holds {pair.Blue.Version} {pair.Green.Version}; empty its slots first".Replace("  ", " "));
        }

        await WriteAsync(s => s with { Pair = null });
    }

    protected override async Task<PreparedOperation> PrepareAsync(Operation operation)
    {
        var (project, pair) = await CurrentAsync();
        var host = await Tools.Fleet.SessionAsync(pair.Server);
        var env = await VariablesAsync();
        return operation.Kind switch
        {
            "deploy" => PreparedOperation.Of(
                DeployRunbook.Create(), new DeployContext(Input<DeployInput>(operation), host, env, runbooks.Settings, Tools.Time)),
            "promote" => PreparedOperation.Of(
                PromoteRunbook.Create(), new PromoteContext(Input<PromoteInput>(operation), host, env, runbooks.Settings, Tools.Time)),
            "rollback" => PreparedOperation.Of(
                RollbackRunbook.Create(), new PromoteContext(Input<PromoteInput>(operation), host, env, runbooks.Settings, Tools.Time)),
            _ => throw DomainException.Precondition($"{project.Name}: this version of CodeB knows no operation '{operation.Kind}'"),
        };
    }

    protected override SlotPairState Conclude(SlotPairState state, Operation operation)
    {
        var pair = state.Pair!;
        var succeeded = operation.State == OperationState.Succeeded;
        return state with
        {
            Pair = operation.Kind switch
            {
                "deploy" when succeeded => SlotMachine.DeploySucceeded(pair, operation.Facts[DeployRunbook.ContainerIdFact], Now),
                "deploy" when !TouchedSlot(operation) => state.BeforeDeploy,
                "deploy" => SlotMachine.DeployFailed(pair, Now),
                "promote" when succeeded => SlotMachine.Promote(pair, operation.StartedBy, Now),
                "rollback" when succeeded => SlotMachine.Rollback(pair, operation.StartedBy, Now),
                _ => pair,
            },
        };
    }

    private static bool TouchedSlot(Operation deploy) =>
        deploy.Steps.Find(step => step.Name == DeployRunbook.ClearSlotStep) is { StartedAt: not null };

    private async Task<(Operation Operation, SlotPair Before, SlotPair Deploying)> DeployOperationAsync(DeployCommand command)
    {
        RefuseIfRunning("deploy");
        var (project, pair) = await CurrentAsync();
        var version = ReleaseVersion.Parse(command.Version).Value;
        var image = ImageOf(project, command);
        var slot = SlotMachine.Idle(pair);
        // Two slots hold two versions: the next one takes the place of the one that a rollback would have gone to.
        var deploying = SlotMachine.BeginDeploy(pair, version, image, command.StartedBy, Now, replaceGrace: true);
        var input = new DeployInput
        {
            Project = pair.Project,
            Environment = pair.Environment,
            Slot = slot,
            Port = pair[slot].Port,
            Version = version,
            Image = image,
            ContainerPort = project.Container.Port == 0 ? null : project.Container.Port,
            MemoryBytes = project.Container.MemoryMegabytes == 0 ? null : project.Container.MemoryMegabytes * 1024L * 1024,
            Health = runbooks.HealthOf(project),
        };
        return (NewOperation("deploy", this.GetPrimaryKeyString(), command.StartedBy, JsonSerializer.Serialize(input)), pair, deploying);
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

    private static string ImageOf(Project project, DeployCommand command)
    {
        if (command.Image.Length > 0)
            return ProjectRules.Image(command.Image);
        return project.ImageRepository.Length > 0
            ? ProjectRules.Image($"{project.ImageRepository}:{command.Version}")
            : throw DomainException.Invalid("image", $"is empty, and project {project.Name} names no image repository; give one such as 'localhost/{project.Name}:{command.Version}'");
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

    private async Task<Dictionary<string, string>> VariablesAsync() =>
        DotEnv.Parse((await GrainFactory.GetGrain<IEnvGrain>(this.GetPrimaryKeyString()).GetAsync()).Text).Variables.ToDictionary();

    private static T Input<T>(Operation operation) =>
        JsonSerializer.Deserialize<T>(operation.Input) ?? throw new InvalidOperationException($"operation {operation.Id} has no input");
}
