using System.Text.Json;
using CodeB.Delivery.Runbooks;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Domain.Projects;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Backups;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Backups;
using CodeB.Grains.Operations;
using CodeB.Grains.Slots.Data;
using CodeB.Protection.Postgres;
using CodeB.Protection.Redis;
using CodeB.Protection.Runbooks;
using CodeB.Runbooks;

namespace CodeB.Grains.Slots;

/// <summary>The slots' data: a backup set before a deploy, and rollbacks that bring it back.</summary>
internal sealed partial class SlotPairGrain
{
    private const string KeptReminder = "kept";

    /// <summary>The fact with the set that a deploy has taken first.</summary>
    private const string SnapshotFact = "snapshot-set";

    /// <summary>What is due now: a first tick in the past would be waited for a whole period.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>The deploy's own steps, with the set taken right before the first that touches something.</summary>
    private static Runbook<(DeployContext Deploy, ISetTaker Sets, SetWish Wish)> WithSnapshot(Runbook<DeployContext> deploy)
    {
        var steps = deploy.Steps.Over<(DeployContext Deploy, ISetTaker Sets, SetWish Wish), DeployContext>(c => c.Deploy).ToList();
        steps.Insert(
            steps.FindIndex(step => step.Name == DeployRunbook.ClearSlotStep),
            SetStep.Create<(DeployContext Deploy, ISetTaker Sets, SetWish Wish)>("take-snapshot", SnapshotFact, c => (c.Sets, c.Wish)));
        return new(deploy.Name, steps, deploy.OnResume);
    }

    private PreparedOperation PreparedDeploy(Operation operation, Runbook<DeployContext> runbook, DeployContext context)
    {
        if (!context.Input.Snapshot)
            return PreparedOperation.Of(runbook, context);
        var active = State.Pair?.ActiveSlot is { } slot ? State.Pair[slot].Version : "";
        return PreparedOperation.Of(WithSnapshot(runbook), (context, sets, new SetWish
        {
            Project = context.Input.Project,
            Environment = context.Input.Environment,
            StartedBy = operation.StartedBy,
            Note = active.Length == 0
                ? $"taken before the deploy of {context.Input.Version} ({operation.Id}); no version was active"
                : $"taken before the deploy of {context.Input.Version} ({operation.Id}); a rollback to {active} refers to it",
        }));
    }

    private static bool SnapshotOf(Project project, DeployCommand command)
    {
        if (command.Snapshot && project.Database is null && project.Redis is null)
            throw DomainException.Invalid("snapshot", $"project {project.Name} has neither a database nor a Redis to take a snapshot of; deploy without it");
        return command.Snapshot;
    }

    /// <summary>
    /// The set belongs to the version that is active, whatever became of the deploy: it was taken of that version's data. Before the
    /// first promote no slot has data, and the operation's facts alone name the set.
    /// </summary>
    private SlotPair? WithSnapshotOf(SlotPair? pair, Operation deploy) =>
        pair?.ActiveSlot is { } active && SetStep.Taken(deploy, SnapshotFact) is { } set
            ? SlotMachine.SnapshotsTaken(pair, active, set.Db, set.Redis, Now)
            : pair;

    private async Task<Operation> RollbackOperationAsync(RollbackCommand command)
    {
        var operation = await SwitchOperationAsync(RollbackKind, command.StartedBy, Unwatched);
        if (!command.RestoreDb && !command.RestoreRedis)
            return operation;
        var (project, pair) = await CurrentAsync();
        var input = Input<DataRollbackInput>(operation);
        return operation with
        {
            Input = JsonSerializer.Serialize(input with
            {
                Restore = await RestoreOfAsync(project, pair, input.Slot, command),
                Grace = runbooks.Options.GraceTime,
                LeavingVersion = pair[SlotMachine.Other(input.Slot)].Version,
            }),
        };
    }

    private async Task<RestoreInput> RestoreOfAsync(Project project, SlotPair pair, SlotName to, RollbackCommand command)
    {
        var kept = SlotMachine.KeptOf(pair, to);
        List<string> components = [];
        List<string> sets = [];
        Choose(command.RestoreDb, "restore_db", "database", PostgresComponent.ComponentName, project.Database is not null, pair[to].DbSnapshot);
        Choose(command.RestoreRedis, "restore_redis", "Redis", RedisComponent.ComponentName, project.Redis is not null, pair[to].RedisSnapshot);
        if (sets.Distinct().Count() > 1)
            throw DomainException.Precondition($"{this.GetPrimaryKeyString()}: the snapshots are of two sets, {string.Join(" and ", sets)}; bring one back at a time");

        var set = sets.Count > 0 ? sets[0] : new[] { pair[to].DbSnapshot, pair[to].RedisSnapshot }.FirstOrDefault(s => s.Length > 0) ?? "";
        if (!SetId.TryParse(set, out _))
            throw DomainException.Precondition($"{this.GetPrimaryKeyString()}: the snapshot '{set}' is not a backup set of CodeB's; restore it with the tool that took it");
        return new RestoreInput
        {
            Project = pair.Project,
            Environment = pair.Environment,
            SetId = set,
            Components = components,
            StorageServer = project.Database?.Server ?? project.Redis?.Server ?? "",
            AppServer = pair.Server,
            BackupServer = project.BackupServer,
            Settings = await data.SettingsAsync(project, pair.Environment),
            Kept = kept is null ? null : kept with { Places = kept.Places.Where(place => components.Contains(place.Key)).ToDictionary() },
        };

        void Choose(bool asked, string field, string what, string component, bool has, string snapshot)
        {
            if (!asked)
                return;
            if (!has)
                throw DomainException.Invalid(field, $"project {project.Name} has no {what}");
            components.Add(component);
            if (kept?.Places.ContainsKey(component) == true)
                return;
            sets.Add(snapshot.Length > 0 ? snapshot : throw DomainException.Precondition(
                $"{this.GetPrimaryKeyString()}: slot {(to == SlotName.Blue ? "blue" : "green")} with {pair[to].Version} has no snapshot of its {what}; "
                + $"one is taken when the version after it is deployed with 'we deploy {project.Name} VERSION --snapshot'. "
                + $"Without its data: 'we rollback {project.Name}'; to a backup set: 'we backup restore {project.Name}'"));
        }
    }

    private async Task<PreparedOperation> PrepareDataRollbackAsync(Operation operation, SlotPair pair)
    {
        var input = Input<DataRollbackInput>(operation);
        var restore = input.Restore!;
        var project = await Tools.Fleet.Registry.GetProjectAsync(pair.Project);
        var components = await data.ComponentsAsync(project, pair.Environment, restore.Components, restore.Settings, operation.StartedBy);
        var reservations = GrainFactory.GetGrain<IRestoreGrain>(pair.Project);
        return PreparedOperation.Of(DataRollbackRunbook.Create([.. restore.Components]), new DataRollbackContext
        {
            Input = input,
            Switch = await SwitchContextAsync(operation, pair),
            Restore = new RestoreContext(restore, await data.SetsAsync(project), components, keys, Tools.Time),
            Sets = sets,
            Safety = new SetWish
            {
                Project = pair.Project,
                Environment = pair.Environment,
                StartedBy = operation.StartedBy,
                Note = $"safety set before {operation.Id}; a rollback to {input.LeavingVersion} refers to it",
            },
            ReserveAsync = reservations.ReserveAsync,
            BusyWithAsync = reservations.BusyWithAsync,
        });
    }

    /// <summary>The slot that was left can come back with its data as well.</summary>
    private SlotPair DataReplaced(SlotPair pair, Operation rollback)
    {
        var input = Input<DataRollbackInput>(rollback);
        if (input.Restore is not { } restore)
            return pair;
        var (db, redis) = SetStep.Taken(rollback, DataRollbackRunbook.SafetySetFact)!.Value;
        return SlotMachine.DataReplaced(pair, DataRollbackRunbook.KeptBy(rollback, input.LeavingVersion), restore.Kept, db, redis, Now);
    }

    /// <summary>There is a reminder as long as data is kept.</summary>
    private async Task ScheduleDropAsync()
    {
        if (State.Pair is { Kept: { Count: > 0 } kept })
        {
            var due = TimeSpan.FromTicks(Math.Clamp((kept.Min(k => k.Until) - Now).Ticks, Soon.Ticks, LongestWait.Ticks));
            await this.RegisterOrUpdateReminder(KeptReminder, due, CleanUpAgain);
        }
        else if (await this.GetReminder(KeptReminder) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
    }

    private async Task DropKeptAsync()
    {
        if (State.Pair is not { } pair || SlotMachine.KeptTooLong(pair, Now).FirstOrDefault() is not { } kept)
        {
            await ScheduleDropAsync();
            return;
        }

        var (project, _) = await CurrentAsync();
        var input = new DropKeptInput
        {
            Project = pair.Project,
            Environment = pair.Environment,
            Kept = kept,
            Settings = await data.SettingsAsync(project, pair.Environment),
        };
        var operation = NewOperation(DropKeptRunbook.Name, this.GetPrimaryKeyString(), Itself, JsonSerializer.Serialize(input));
        // As with the clean-up: a server that is away is no operation every ten minutes.
        if ((await PlanAsync(operation)).Find(finding => !finding.Ok) is { } obstacle)
            Tools.Logger.DropPutOff(this.GetPrimaryKeyString(), kept.OperationId, obstacle.Step, obstacle.Message);
        else
            await StartAsync(operation);
    }

    private async Task<PreparedOperation> PrepareDropKeptAsync(Operation operation)
    {
        var input = Input<DropKeptInput>(operation);
        var project = await Tools.Fleet.Registry.GetProjectAsync(input.Project);
        var components = await data.ComponentsAsync(project, input.Environment, [.. input.Kept.Places.Keys], input.Settings, operation.StartedBy);
        return PreparedOperation.Of(DropKeptRunbook.Create(input.Kept.Places.Keys), new DropKeptContext(input, components));
    }

    private SlotPair DropKeptEnded(SlotPair pair, Operation operation) => operation.State == OperationState.Succeeded
        ? SlotMachine.KeptDropped(pair, Input<DropKeptInput>(operation).Kept.OperationId, Now)
        : pair;
}
