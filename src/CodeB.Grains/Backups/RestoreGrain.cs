using System.Text.Json;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Backups;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Operations;
using CodeB.Protection.Components;
using CodeB.Protection.Config;
using CodeB.Protection.DataPath;
using CodeB.Protection.Runbooks;

namespace CodeB.Grains.Backups;

[GenerateSerializer]
[Alias("codeb.RestoreState")]
public sealed record RestoreState : IOperationState<RestoreState>
{
    [Id(0)]
    public List<Operation> Operations { get; init; } = [];

    /// <summary>Id of the operation on slots that has the project's data; once it has ended it has it no longer.</summary>
    [Id(1)]
    public string ReservedFor { get; init; } = "";

    public RestoreState WithOperations(List<Operation> operations) => this with { Operations = operations };
}

internal sealed class RestoreGrain(
    [PersistentState("restore")] IPersistentState<RestoreState> state, OperationTools tools, ProjectData data, KeyRing keys)
    : OperationGrain<RestoreState>(state, tools), IRestoreGrain
{
    private const int LongestDiff = 100_000;

    /// <summary>Characters, well below what one gRPC message carries.</summary>
    private const int LongestPreview = 1_000_000;

    protected override OperationOwnerKind Owner => OperationOwnerKind.Restore;

    async Task<Operation> IRestoreGrain.RestoreAsync(RestoreCommand command) => await StartAsync(await OperationAsync(command));

    async Task<List<PlanFinding>> IRestoreGrain.PlanAsync(RestoreCommand command) => await PlanAsync(await OperationAsync(command));

    async Task<RestorePreview> IRestoreGrain.PreviewAsync(RestoreCommand command)
    {
        var input = await InputAsync(command);
        var project = await Tools.Fleet.Registry.GetProjectAsync(input.Project);
        var sets = await data.SetsAsync(project);
        var content = new SetContent(await sets.ReadManifestAsync(SetId.Parse(input.SetId)), sets, keys);
        var found = new List<RestoreDifference>();
        foreach (var component in await data.ComponentsAsync(project, input.Environment, input.Components, input.Settings, command.StartedBy))
            found.AddRange((await Previewable(component).PreviewAsync(content, default)).Select(d => Shown(component.Name, d)));
        return Bounded(input.SetId, found);
    }

    async Task IRestoreGrain.ReserveAsync(string operationId)
    {
        if (State.ReservedFor == operationId)
            return;
        RefuseIfRunning("rollback with data");
        await RefuseIfReservedAsync("rollback with data");
        await WriteAsync(s => s with { ReservedFor = operationId });
    }

    async Task<string> IRestoreGrain.BusyWithAsync() =>
        RunningOperation?.Id ?? (await IsReservedAsync() ? State.ReservedFor : "");

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
        await RefuseIfReservedAsync(RestoreRunbook.Name);
        var input = await InputAsync(command);
        return NewOperation(RestoreRunbook.Name, $"{input.Project}/{command.Environment}", command.StartedBy, JsonSerializer.Serialize(input));
    }

    private async Task<RestoreInput> InputAsync(RestoreCommand command)
    {
        var project = await Tools.Fleet.Registry.GetProjectAsync(this.GetPrimaryKeyString());
        project.EnvironmentOf(command.Environment);
        var set = await GrainFactory.GetGrain<IBackupCatalogGrain>(project.Name).GetAsync(command.Set);
        List<string> held = [.. set.Artifacts.Select(a => a.Component).Distinct()];
        return new RestoreInput
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
    }

    private static IPreviewable Previewable(IBackupComponent component) => component as IPreviewable
        ?? throw DomainException.Invalid(
            "components", $"{component.Name} has no preview; name one that has: {ConfigComponent.ComponentName} (--component {ConfigComponent.ComponentName})");

    private static RestoreDifference Shown(string component, Difference difference) => new()
    {
        Component = component,
        Path = difference.Path,
        What = difference.What,
        Diff = difference.Diff.Length <= LongestDiff ? difference.Diff : $"{difference.Diff[..LongestDiff]}\n(cut here)\n",
    };

    private static RestorePreview Bounded(string set, List<RestoreDifference> found)
    {
        var shown = new List<RestoreDifference>();
        var room = LongestPreview;
        foreach (var difference in found)
        {
            room -= difference.Path.Length + difference.What.Length + difference.Diff.Length + 50;
            if (room < 0)
                break;
            shown.Add(difference);
        }

        return new RestorePreview { Set = set, Differences = shown, LeftOut = found.Count - shown.Count };
    }

    private async Task RefuseIfReservedAsync(string kind)
    {
        if (await IsReservedAsync())
        {
            throw DomainException.Precondition(
                $"{kind} of {this.GetPrimaryKeyString()}'s data refused: {State.ReservedFor} is at it; wait for it (we operation watch {State.ReservedFor})");
        }
    }

    /// <summary>Nobody has to release it: the operation's own end does, however it came about.</summary>
    private async Task<bool> IsReservedAsync() =>
        State.ReservedFor.Length > 0
        && await Tools.Index.FindAsync(State.ReservedFor) is { } entry
        && await GrainFactory.GetOwner(entry).GetOperationAsync(entry.Id) is { IsFinished: false };
}
