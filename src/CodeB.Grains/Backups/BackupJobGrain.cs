using System.Text.Json;
using CodeB.Domain.Backups;
using CodeB.Domain.Naming;
using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Backups;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Operations;
using CodeB.Protection.DataPath;
using CodeB.Protection.Runbooks;

namespace CodeB.Grains.Backups;

[GenerateSerializer]
[Alias("codeb.BackupJobState")]
public sealed record BackupJobState : IOperationState<BackupJobState>
{
    [Id(0)]
    public List<Operation> Operations { get; init; } = [];

    [Id(1)]
    public DateTimeOffset? LastSuccess { get; init; }

    public BackupJobState WithOperations(List<Operation> operations) => this with { Operations = operations };
}

internal sealed class BackupJobGrain(
    [PersistentState("backup-job")] IPersistentState<BackupJobState> state, OperationTools tools, ProjectData data, KeyRing keys)
    : OperationGrain<BackupJobState>(state, tools), IBackupJobGrain
{
    protected override OperationOwnerKind Owner => OperationOwnerKind.BackupJob;

    private string Project => this.GetPrimaryKeyString().Split('/')[0];

    async Task<Operation> IBackupJobGrain.RunAsync(BackupCommand command) =>
        RunFor(command.For) ?? await StartAsync(await OperationAsync(command));

    async Task<List<PlanFinding>> IBackupJobGrain.PlanAsync(BackupCommand command) => await PlanAsync(await OperationAsync(command));

    Task<Operation?> IBackupJobGrain.FindRunAsync(string operationId) => Task.FromResult(RunFor(operationId));

    Task<DateTimeOffset?> IBackupJobGrain.LastSuccessAsync() => Task.FromResult(State.LastSuccess);

    protected override async Task<PreparedOperation> PrepareAsync(Operation operation)
    {
        var input = JsonSerializer.Deserialize<BackupInput>(operation.Input)!;
        var project = await Tools.Fleet.Registry.GetProjectAsync(input.Project);
        var components = await data.ComponentsAsync(project, input.Environment, input.Components, input.Settings, operation.StartedBy);
        var context = new BackupContext(input, await data.SetsAsync(project), components, keys, Tools.Time);
        return PreparedOperation.Of(BackupRunbook.Create([.. input.Components]), context);
    }

    protected override BackupJobState Conclude(BackupJobState state, Operation operation) =>
        operation.State == OperationState.Succeeded ? state with { LastSuccess = operation.FinishedAt } : state;

    /// <summary>The run that was started for an operation before it was interrupted.</summary>
    private Operation? RunFor(string operationId) => operationId.Length == 0
        ? null
        : State.Operations.Find(o => JsonSerializer.Deserialize<BackupInput>(o.Input)!.ForOperation == operationId);

    private async Task<Operation> OperationAsync(BackupCommand command)
    {
        RefuseIfRunning(BackupRunbook.Name);
        var project = await Tools.Fleet.Registry.GetProjectAsync(Project);
        project.EnvironmentOf(command.Environment);
        var input = new BackupInput
        {
            Project = project.Name,
            Environment = command.Environment,
            SetId = SetId.Of(ProjectName.Parse(project.Name), Tools.Time.GetUtcNow()).Value,
            Components = [.. ProjectData.ComponentsOf(project, command.Components)],
            StorageServer = project.Database?.Server ?? project.Redis?.Server ?? "",
            AppServer = project.EnvironmentOf(command.Environment).Server,
            BackupServer = project.BackupServer,
            Settings = await data.SettingsAsync(project, command.Environment),
            ForOperation = command.For,
            Note = command.Note,
        };
        return NewOperation(BackupRunbook.Name, $"{project.Name}/{command.Environment}", command.StartedBy, JsonSerializer.Serialize(input));
    }
}
