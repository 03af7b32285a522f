using System.Globalization;
using CodeB.Domain.Backups;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Grains.Slots.Data;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Protection.Tests.Components;
using CodeB.Runbooks;
using CodeB.Runbooks.Faults;
using CodeB.Testing;
using Runs = CodeB.Protection.Tests.Components.Operations;

namespace CodeB.Grains.Tests.Data;

[Collection("storage")]
public sealed class DataRollbackTests(StorageMachine machine)
{
    private static readonly Runbook<DataRollbackContext> Runbook = DataRollbackRunbook.Create([.. Worb.Both]);

    /// <summary>The steps around the swap, at which the most can be half done; each is a real restart of Redis and takes its time.</summary>
    private static readonly string[] AroundTheSwap = ["switch-redis", "hold-postgres", "switch-postgres", "switch-traffic", "release-postgres"];

    public static TheoryData<string> FailingSteps => [.. AroundTheSwap, "stage-redis", "keep-old"];

    public static TheoryData<string> KillPoints => [.. Points(FaultPoints.AfterDo)];

    public static TheoryData<string> UndoKillPoints => [.. Points(FaultPoints.AfterUndo)];

    [Fact]
    public async Task What_was_written_after_the_snapshot_is_gone_after_the_rollback_and_back_after_the_way_forward()
    {
        var worb = await Worb.CreateAsync(machine);
        var atSnapshot = await worb.Project.HashAsync();
        var set = await worb.SnapshotAsync();
        await worb.WriteAsync("by v2");
        var byV2 = await worb.Project.HashAsync();

        var back = await worb.RollbackAsync(SlotName.Blue, set);
        Succeeded(back);
        Assert.Equal(atSnapshot, await worb.Project.HashAsync());
        Assert.Equal(SlotName.Blue, worb.App.Gate);
        await worb.WriteAsync("by v1");
        var byV1 = await worb.Project.HashAsync();

        var kept = DataRollbackRunbook.KeptBy(back, "v2");
        var forward = await worb.RollbackAsync(SlotName.Green, SetId.Parse(back.Facts[DataRollbackRunbook.SafetySetFact]), kept);
        Succeeded(forward);
        Assert.Equal(byV2, await worb.Project.HashAsync());
        Assert.Equal(SlotName.Green, worb.App.Gate);

        var keptV1 = DataRollbackRunbook.KeptBy(forward, "v1");
        Succeeded(await worb.RollbackAsync(SlotName.Blue, set, keptV1));
        Assert.Equal(byV1, await worb.Project.HashAsync());
        Assert.InRange(long.Parse(back.Facts["postgres-writers-held-ms"], CultureInfo.InvariantCulture), 1, 5000);
        Assert.Equal(back.Facts["redis-writers-held-ms"], back.Facts["writers-held-ms"]);
    }

    [Fact]
    public async Task Without_kept_data_the_way_forward_comes_from_the_safety_set()
    {
        var worb = await Worb.CreateAsync(machine);
        var set = await worb.SnapshotAsync();
        await worb.WriteAsync("by v2");
        var byV2 = await worb.Project.HashAsync();
        var back = await worb.RollbackAsync(SlotName.Blue, set);
        Succeeded(await Runs.RunAsync(DropKeptRunbook.Create(Worb.Both), () => worb.Drop(DataRollbackRunbook.KeptBy(back, "v2"))));

        Succeeded(await worb.RollbackAsync(SlotName.Green, SetId.Parse(back.Facts[DataRollbackRunbook.SafetySetFact])));

        Assert.Equal(byV2, await worb.Project.HashAsync());
    }

    [Fact]
    public async Task The_database_alone_can_be_brought_back_and_Redis_is_not_touched()
    {
        var worb = await Worb.CreateAsync(machine);
        var set = await worb.SnapshotAsync();
        await worb.WriteAsync("later");
        var started = await machine.RedisAsync("INFO", "server");

        Succeeded(await worb.RollbackAsync(SlotName.Blue, set, components: ["postgres"]));

        Assert.Equal("0", await machine.SqlAsync(worb.Project.Name, "SELECT count(*) FROM guests WHERE name = 'later';"));
        Assert.Equal("1", (await machine.RedisAsync("GET", "later")).Trim());
        Assert.Equal(RunId(started), RunId(await machine.RedisAsync("INFO", "server")));
    }

    [Theory]
    [MemberData(nameof(FailingSteps))]
    public async Task A_failure_after_any_step_leaves_data_traffic_and_writers_as_they_were(string step)
    {
        var worb = await Worb.CreateAsync(machine);
        var set = await worb.SnapshotAsync();
        await worb.WriteAsync("by v2");
        var before = await worb.PictureAsync();

        var rollback = await worb.RollbackAsync(SlotName.Blue, set, changed: s => s.Name == step ? Failing(s) : s);

        Assert.True(rollback.State == OperationState.Undone, string.Join("; ", rollback.NotUndone));
        Assert.Contains("no more", rollback.Error, StringComparison.Ordinal);
        Assert.Equal(before, await worb.PictureAsync());
    }

    [Fact]
    public async Task A_way_forward_that_fails_leaves_the_kept_data_kept()
    {
        var worb = await Worb.CreateAsync(machine);
        var set = await worb.SnapshotAsync();
        await worb.WriteAsync("by v2");
        var byV2 = await worb.Project.HashAsync();
        var back = await worb.RollbackAsync(SlotName.Blue, set);
        var kept = DataRollbackRunbook.KeptBy(back, "v2");
        var safety = SetId.Parse(back.Facts[DataRollbackRunbook.SafetySetFact]);
        var before = await worb.PictureAsync();

        var failed = await worb.RollbackAsync(SlotName.Green, safety, kept, changed: s => s.Name == "keep-old" ? Failing(s) : s);

        Assert.True(failed.State == OperationState.Undone, string.Join("; ", failed.NotUndone));
        Assert.Equal(before, await worb.PictureAsync());
        Succeeded(await worb.RollbackAsync(SlotName.Green, safety, kept));
        Assert.Equal(byV2, await worb.Project.HashAsync());
    }

    [Theory]
    [InlineData("printf x | dd of=postgres.dump.zst.enc bs=1 seek=500 conv=notrunc status=none", "SHA-256")]
    [InlineData("sed -i 's/\"bytes\": \"[0-9]*\"/\"bytes\": \"999999999999999\"/' backup_manifest.json", "999999999999999")]
    [InlineData("rm backup_manifest.json", "there is no such backup set")]
    public async Task A_set_that_cannot_be_brought_back_is_refused_before_anything_changes(string damage, string reason)
    {
        var worb = await Worb.CreateAsync(machine);
        var set = await worb.SnapshotAsync();
        await worb.WriteAsync("by v2");
        var before = await worb.PictureAsync();
        await machine.ShAsync($"cd {machine.Sets.FolderOf(set)} && {damage}");

        var rollback = await worb.RollbackAsync(SlotName.Blue, set);

        Assert.Equal(OperationState.Undone, rollback.State);
        Assert.Contains(reason, rollback.Error, StringComparison.Ordinal);
        Assert.Equal(before, await worb.PictureAsync());
    }

    [Theory]
    [MemberData(nameof(KillPoints))]
    public async Task Killed_after_any_effect_it_is_finished_by_the_next_process(string point)
    {
        var worb = await Worb.CreateAsync(machine);
        var atSnapshot = await worb.Project.HashAsync();
        var set = await worb.SnapshotAsync();
        await worb.WriteAsync("by v2");

        var rollback = await worb.RollbackAsync(SlotName.Blue, set, killAt: point);

        Succeeded(rollback);
        Assert.Equal(1, rollback.Resumed);
        await worb.WritableAsync();
        Assert.Equal(atSnapshot, await worb.Project.HashAsync());
        Assert.Equal(SlotName.Blue, worb.App.Gate);
    }

    [Theory]
    [MemberData(nameof(UndoKillPoints))]
    public async Task Killed_on_the_way_back_it_is_undone_by_the_next_process(string point)
    {
        var worb = await Worb.CreateAsync(machine);
        var set = await worb.SnapshotAsync();
        await worb.WriteAsync("by v2");
        var before = await worb.PictureAsync();

        var rollback = await worb.RollbackAsync(SlotName.Blue, set, killAt: point, changed: s => s.Name == "keep-old" ? Failing(s) : s);

        Assert.True(rollback.State == OperationState.Undone, string.Join("; ", rollback.NotUndone));
        Assert.Equal(1, rollback.Resumed);
        Assert.Equal(before, await worb.PictureAsync());
    }

    [Fact]
    public async Task Writers_at_work_during_the_swap_lose_no_acknowledged_row_and_leave_no_half_one()
    {
        var worb = await Worb.CreateAsync(machine);
        var set = await worb.SnapshotAsync();
        await machine.SqlAsync(worb.Project.Name, "CREATE TABLE pairs (writer int, n int, half int);");
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(1, 4).Select(writer => WriteAsync(worb, writer, stop.Token)).ToList();
        await Eventually.HoldsAsync("all have written", async () =>
            await machine.SqlAsync(worb.Project.Name, "SELECT count(DISTINCT writer) FROM pairs;") == "4", TimeSpan.FromSeconds(30));

        var rollback = await worb.RollbackAsync(SlotName.Blue, set);
        await stop.CancelAsync();
        var acknowledged = (await Task.WhenAll(writers)).Sum();

        Succeeded(rollback);
        // The snapshot knows no such table: all that was acknowledged was so before the swap.
        Assert.Equal("", await machine.SqlAsync(worb.Project.Name, "SELECT 'there' FROM pg_class WHERE relname = 'pairs';"));
        var kept = DataRollbackRunbook.KeptBy(rollback, "v2");
        Succeeded(await worb.RollbackAsync(SlotName.Green, SetId.Parse(rollback.Facts[DataRollbackRunbook.SafetySetFact]), kept));
        Assert.Equal("0", await machine.SqlAsync(worb.Project.Name, "SELECT count(*) FROM (SELECT 1 FROM pairs GROUP BY writer, n HAVING count(*) <> 2) odd;"));
        var rows = int.Parse(await machine.SqlAsync(worb.Project.Name, "SELECT count(*) / 2 FROM pairs;"), CultureInfo.InvariantCulture);
        // One more a writer may have been committed and cut off before its acknowledgement.
        Assert.InRange(rows, acknowledged, acknowledged + writers.Count);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"postgres held {rollback.Facts["postgres-writers-held-ms"]} ms, redis {rollback.Facts["redis-writers-held-ms"]} ms, {rows} pairs");
    }

    [Fact]
    public async Task A_dry_run_names_set_sizes_and_renames_and_touches_nothing()
    {
        var worb = await Worb.CreateAsync(machine);
        var set = await worb.SnapshotAsync();
        await worb.WriteAsync("by v2");
        var before = await worb.PictureAsync();

        var findings = await worb.InspectAsync(SlotName.Blue, set);

        Assert.All(findings, finding => Assert.True(finding.Ok, $"{finding.Step}: {finding.Message}"));
        Assert.Equal(Runbook.Steps.Count, findings.Count);
        Assert.Contains(findings, finding => finding.Message.Contains(set.Value, StringComparison.Ordinal));
        Assert.Equal(before, await worb.PictureAsync());
    }

    [Fact]
    public async Task Data_without_the_rollbacks_mark_is_never_dropped()
    {
        var worb = await Worb.CreateAsync(machine);
        // Redis is one for all tests, and others keep data too.
        var others = await worb.Project.LeftoversAsync();
        var kept = DataRollbackRunbook.KeptBy(await worb.RollbackAsync(SlotName.Blue, await worb.SnapshotAsync()), "v2");

        foreach (var stranger in new[] { kept with { OperationId = "another" }, kept with { Places = worb.Data.ToDictionary(c => c.Name, c => c.Name == "postgres" ? worb.Project.Name : machine.Redis.DataDirectory) } })
        {
            foreach (var component in worb.Data.OfType<IDataComponent>())
            {
                var error = await Assert.ThrowsAsync<Domain.Errors.DomainException>(() =>
                    component.DropKeptAsync(stranger.Places[component.Name], stranger.OperationId, default));
                Assert.Contains("it stays", error.Message, StringComparison.Ordinal);
            }
        }

        var drop = await Runs.RunAsync(DropKeptRunbook.Create(Worb.Both), () => worb.Drop(kept), "drop-kept/drop-postgres/after-do");
        Succeeded(drop);
        Assert.Equal(others, await worb.Project.LeftoversAsync());
        await worb.WritableAsync();
    }

    private static void Succeeded(Operation operation) =>
        Assert.True(operation.State == OperationState.Succeeded, $"{operation.Error} {string.Join("; ", operation.NotUndone)}");

    private static Step<DataRollbackContext> Failing(Step<DataRollbackContext> step) => step with
    {
        Do = async (context, run, token) =>
        {
            await step.Do(context, run, token);
            throw new InvalidOperationException("no more");
        },
        // Asked as ever, for it may note what the way back needs.
        IsDone = step.IsDone is null ? null : async (context, run, token) => await step.IsDone(context, run, token) && false,
    };

    /// <summary>Two rows in one transaction, over and over; how many of them were acknowledged.</summary>
    private async Task<int> WriteAsync(Worb worb, int writer, CancellationToken stop)
    {
        var acknowledged = 0;
        for (var n = 1; !stop.IsCancellationRequested; n++)
        {
            try
            {
                await machine.SqlAsync(
                    worb.Project.Name,
                    $"BEGIN; INSERT INTO pairs VALUES ({writer}, {n}, 1); SELECT pg_sleep(0.01); INSERT INTO pairs VALUES ({writer}, {n}, 2); COMMIT;");
                acknowledged++;
            }
            catch (HostException)
            {
                // Cut off, refused, or no such table any more.
            }
        }

        return acknowledged;
    }

    private static string RunId(string info) => info.Split('\n').First(line => line.StartsWith("run_id:", StringComparison.Ordinal));

    private static IEnumerable<string> Points(string kind) =>
        FaultPoints.Of(Runbook with { Steps = [.. Runbook.Steps.Where(step => AroundTheSwap.Contains(step.Name))] })
            .Where(p => p.EndsWith("/" + kind, StringComparison.Ordinal));
}
