using System.Text.Json;
using CodeB.Delivery.Runbooks;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Operations;
using CodeB.Domain.Projects;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Operations;

namespace CodeB.Grains.Slots;

/// <summary>A version into the idle slot.</summary>
internal sealed partial class SlotPairGrain
{
    private const string DeployKind = "deploy";

    async Task<Operation> ISlotPairGrain.DeployAsync(DeployCommand command)
    {
        var (operation, before, deploying) = await DeployOperationAsync(command);
        if (!command.Force && await UnchangedAsync(operation, before) is { } unchanged)
            return unchanged;
        return await StartAsync(operation, s => s with { Pair = deploying, BeforeDeploy = before });
    }

    async Task<List<PlanFinding>> ISlotPairGrain.PlanDeployAsync(DeployCommand command)
    {
        var (operation, before, _) = await DeployOperationAsync(command);
        if (!command.Force && await UnchangedAsync(operation, before) is { } unchanged)
            return [.. unchanged.Steps.Select(step => new PlanFinding { Step = step.Name, Ok = true, Message = step.Detail })];
        return await PlanAsync(operation);
    }

    private async Task<PreparedOperation> PrepareDeployAsync(Operation operation, SlotPair pair) => PreparedDeploy(
        operation,
        DeployRunbook.Create(),
        new DeployContext(
            Input<DeployInput>(operation), await Tools.Fleet.SessionAsync(pair.Server), await VariablesAsync(), runbooks.Settings, Tools.Time));

    private SlotPair? DeployEnded(SlotPairState state, Operation operation)
    {
        if (operation.State == OperationState.Succeeded)
            return SlotMachine.DeploySucceeded(state.Pair!, operation.Facts[DeployRunbook.ContainerIdFact], Now);
        return TouchedSlot(operation)
            ? SlotMachine.DeployFailed(state.Pair!, operation.Error, operation.StartedBy, Now)
            : SlotMachine.DeployWithdrawn(state.Pair!, state.BeforeDeploy!, Now);
    }

    private static bool TouchedSlot(Operation deploy) =>
        deploy.Steps.Find(step => step.Name == DeployRunbook.ClearSlotStep) is { StartedAt: not null };

    private async Task<(Operation Operation, SlotPair Before, SlotPair Deploying)> DeployOperationAsync(DeployCommand command)
    {
        await ReadyForAsync(DeployKind);
        var (project, pair) = await CurrentAsync();
        var version = ReleaseVersion.Parse(command.Version).Value;
        var image = ImageOf(project, command);
        var slot = SlotMachine.Idle(pair);
        var deploying = SlotMachine.BeginDeploy(pair, version, image, command.StartedBy, Now);
        var input = new DeployInput
        {
            Project = pair.Project,
            Environment = pair.Environment,
            Slot = slot,
            Port = pair[slot].Port,
            Version = version,
            Image = image,
            Snapshot = SnapshotOf(project, command),
            ImageFollows = command.ImageFollows,
            ContainerPort = project.Container.Port == 0 ? null : project.Container.Port,
            MemoryBytes = project.Container.MemoryMegabytes == 0 ? null : project.Container.MemoryMegabytes * 1024L * 1024,
            Cpus = project.Container.Cpus == 0 ? null : project.Container.Cpus,
            StopTimeout = TimeSpan.FromSeconds(project.Container.StopSeconds),
            Labels = project.Container.Labels,
            ReleaseCommand = project.Container.ReleaseCommand,
            Health = runbooks.HealthOf(project),
            TrafficLostAt = pair[slot].TrafficLostAt,
            DrainTime = runbooks.DrainTime,
        };
        return (NewOperation(DeployKind, this.GetPrimaryKeyString(), command.StartedBy, JsonSerializer.Serialize(input)), pair, deploying);
    }

    private static string ImageOf(Project project, DeployCommand command)
    {
        if (command.Image.Length > 0)
            return ProjectRules.Image(command.Image);
        var repository = project.ImageRepository.Length == 0 && command.ImageFollows ? $"localhost/{project.Name}" : project.ImageRepository;
        return repository.Length > 0
            ? ProjectRules.Image($"{repository}:{command.Version}")
            : throw DomainException.Invalid("image", $"is empty, and project {project.Name} names no image repository; give one such as 'localhost/{project.Name}:{command.Version}', or the project its repository: 'we project set {project.Name} --image-repository'");
    }
}
