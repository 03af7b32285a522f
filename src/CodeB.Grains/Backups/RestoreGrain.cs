using System.Text.Json;
using CodeB.Domain.Backups;
using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Backups;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Operations;
using CodeB.Protection.DataPath;
using CodeB.Protection.Runbooks;

namespace CodeB.Grains.Backups;

[GenerateSerializer]
[Alias("codeb.RestoreState")]
public sealed record RestoreState : IOperationState<RestoreState>
{
    [Id(0)]
    public List<Operation> Operations { get; init; } = [];

    public RestoreState WithOperations(List<Operation> operations) => this with { Operations = operations };
}

internal sealed class RestoreGrain(
    [PersistentState("restore")] IPersistentState<RestoreState> state, OperationTools tools, ProjectData data, KeyRing keys)
    : OperationGrain<RestoreState>(state, tools), IRestoreGrain
{
    protected override OperationOwnerKind Owner => OperationOwnerKind.Restore;

    async Task<Operation> IRestoreGrain.RestoreAsync(RestoreCommand command) => await StartAsync(await OperationAsync(command));

    async Task<List<PlanFinding>> IRestoreGrain.PlanAsync(RestoreCommand command) => await PlanAsync(await OperationAsync(command));

    protected override async Task<PreparedOperation> PrepareAsync(Operation operation)
    {
        var input = JsonSerializer.Deserialize<RestoreInput>(operation.Input)!;
        var project = await Tools.Fleet.Registry.GetProjectAsync(input.Project);
        var components = await data.ComponentsAsync(project, input.Environment, input.Components, input.Settings, operation.StartedBy);
        var context = new RestoreContext(input, await data.SetsAsync(project), components, keys, Tools.Time);
        return PreparedOperation.Of(RestoreRunbook.Create([.. input.Components]), context);
    }

    private async Task<Operation> OperationAsync(RestoreCommand command)
    {
        RefuseIfRunning(RestoreRunbook.Name);
        var project = await Tools.Fleet.Registry.GetProjectAsync(this.GetPrimaryKeyString());
        project.EnvironmentOf(command.Environment);
        var set = await GrainFactory.GetGrain<IBackupCatalogGrain>(project.Name).GetAsync(command.Set);
        List<string> held = [.. set.Artifacts.Select(a => a.Component).Distinct()];
        var input = new RestoreInput
        {
            Project = project.Name,
            Environment = command.Environment,
            SetId = SetId.Parse(set.SetId, "set").Value,
            Components = [.. ProjectData.ComponentsOf(project, command.Components.Count == 0 ? held : command.Components)],
            StorageServer = project.Database?.Server ?? project.Redis?.Server ?? "",
            AppServer = project.EnvironmentOf(command.Environment).Server,
            BackupServer = project.BackupServer,
            Settings = await data.SettingsAsync(project, command.Environment),
        };
        return NewOperation(RestoreRunbook.Name, $"{project.Name}/{command.Environment}", command.StartedBy, JsonSerializer.Serialize(input));
    }
}
