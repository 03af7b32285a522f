using System.Text.Json;
using CodeB.Delivery.Health;
using CodeB.Delivery.Runbooks;
using CodeB.Delivery.Tests.Support;
using CodeB.Domain.Backups;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Grains.Backups;
using CodeB.Grains.Slots.Data;
using CodeB.Protection.Components;
using CodeB.Protection.Runbooks;
using CodeB.Protection.Tests.Components;
using CodeB.Runbooks;
using CodeB.Runbooks.Faults;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodeB.Grains.Tests.Data;

/// <summary>
/// One application with both slots in use: blue runs v1 and is in grace, green runs v2 and has the traffic. Its data is real, its
/// app server is a model.
/// </summary>
internal sealed class Worb(StorageMachine machine, StorageMachine.Project project)
{
    public static readonly IReadOnlyList<string> Both = ["postgres", "redis"];

    private int _operations;

    public AppServer App { get; } = new();

    public StorageMachine.Project Project => project;

    public StorageMachine Machine => machine;

    public static async Task<Worb> CreateAsync(StorageMachine machine)
    {
        var worb = new Worb(machine, await machine.NewProjectAsync(rows: 50));
        worb.App.Run(SlotName.Blue, "v1");
        worb.App.Run(SlotName.Green, "v2", active: true);
        return worb;
    }

    public async Task<SetId> SnapshotAsync()
    {
        var set = project.NewSetId();
        var backup = await project.BackUpAsync(set);
        Assert.True(backup.State == OperationState.Succeeded, backup.Error);
        return set;
    }

    /// <summary>A row and a key that tell when they were written.</summary>
    public async Task WriteAsync(string what)
    {
        await machine.SqlAsync(project.Name, $"INSERT INTO guests (name) VALUES ('{what}');");
        await machine.RedisAsync("SET", what, "1");
    }

    public async Task<Operation> RollbackAsync(
        SlotName to,
        SetId set,
        KeptData? kept = null,
        IReadOnlyList<string>? components = null,
        string killAt = "",
        Func<Step<DataRollbackContext>, Step<DataRollbackContext>>? changed = null)
    {
        var id = $"rollback-{project.Name}-{++_operations}";
        var runbook = DataRollbackRunbook.Create([.. components ?? Both]);
        if (changed is not null)
            runbook = runbook with { Steps = [.. runbook.Steps.Select(changed)] };
        var journal = new Journal();
        try
        {
            return await Runner(new KillOnce(killAt)).RunAsync(
                runbook, Context(to, set, kept, components ?? Both), new Operation { Id = id, Target = "worb/production" }, journal);
        }
        catch (Killed)
        {
            return await Runner(FaultPoints.None).ResumeAsync(runbook, Context(to, set, kept, components ?? Both), journal.Last!, journal);
        }
    }

    public async Task<IReadOnlyList<Finding>> InspectAsync(SlotName to, SetId set) => await Runner(FaultPoints.None).InspectAsync(
        DataRollbackRunbook.Create([.. Both]), Context(to, set, null, Both), new Operation { Id = "dry", Target = "worb/production" }, default);

    public IReadOnlyList<IBackupComponent> Data => [.. project.Components.Where(c => Both.Contains(c.Name))];

    public DropKeptContext Drop(KeptData kept) => new(new DropKeptInput { Kept = kept }, Data);

    /// <summary>Everything that a failed operation must leave as it was.</summary>
    public async Task<string> PictureAsync()
    {
        await WritableAsync();
        return $"{await project.HashAsync()}\n{await project.LeftoversAsync()}\n{App.Picture()}";
    }

    /// <summary>Fails unless rows and keys can be written at once.</summary>
    public async Task WritableAsync()
    {
        await machine.SqlAsync(project.Name, "CREATE TEMP TABLE writable (id int);");
        Assert.Equal("OK", (await machine.RedisAsync("SET", "writable", "1").WaitAsync(TimeSpan.FromSeconds(10))).Trim());
        await machine.RedisAsync("DEL", "writable");
    }

    private DataRollbackContext Context(SlotName to, SetId set, KeptData? kept, IReadOnlyList<string> components)
    {
        var input = new DataRollbackInput
        {
            Project = "worb",
            Environment = "production",
            Slot = to,
            BluePort = 4000,
            GreenPort = 4001,
            Domains = ["worb.test"],
            Health = new HealthCheck { Timeout = TimeSpan.FromSeconds(5) },
            Grace = TimeSpan.FromHours(48),
            Restore = new RestoreInput
            {
                Project = project.Name,
                Environment = "production",
                SetId = set.Value,
                Components = components,
                Settings = project.Settings,
                Kept = kept,
            },
        };
        // As it comes back from the journal.
        input = JsonSerializer.Deserialize<DataRollbackInput>(JsonSerializer.Serialize(input))!;
        return new DataRollbackContext
        {
            Input = input,
            Switch = new PromoteContext(input, App.Session, new Dictionary<string, string>(), App.Settings, TimeProvider.System),
            Restore = new RestoreContext(
                input.Restore!, machine.Sets, [.. project.Components.Where(c => components.Contains(c.Name))], machine.Keys, TimeProvider.System),
            Sets = new Sets(this),
            Safety = new SetWish { Project = project.Name, Environment = "production", StartedBy = "test", Note = "safety" },
            ReserveAsync = _ => Task.CompletedTask,
            BusyWithAsync = () => Task.FromResult(""),
        };
    }

    private static RunbookRunner Runner(IFaultPoints faults) => new(TimeProvider.System, NullLogger<RunbookRunner>.Instance, faults);

    /// <summary>Takes sets without a grain, one for each operation.</summary>
    private sealed class Sets(Worb worb) : ISetTaker
    {
        public Task<string> InspectAsync(SetWish wish, CancellationToken cancellationToken) => Task.FromResult("would take a backup set first");

        public async Task<BackupManifest> TakeAsync(SetWish wish, StepRun run, CancellationToken cancellationToken) =>
            await worb.Machine.Sets.ReadManifestAsync(await worb.SnapshotAsync(), cancellationToken);

        public Task StopAsync(SetWish wish, StepRun run, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Journal : IJournal
    {
        public Operation? Last { get; private set; }

        public Task SaveAsync(Operation operation, CancellationToken cancellationToken)
        {
            Last = operation with { Facts = new(operation.Facts), Steps = [.. operation.Steps] };
            return Task.CompletedTask;
        }
    }

    private sealed class Killed : Exception;

    private sealed class KillOnce(string at) : IFaultPoints
    {
        public ValueTask HitAsync(string point, CancellationToken cancellationToken) =>
            point == at ? throw new Killed() : ValueTask.CompletedTask;
    }
}
