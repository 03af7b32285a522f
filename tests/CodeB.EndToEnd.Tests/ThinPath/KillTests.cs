using CodeB.Delivery.Runbooks;
using CodeB.Protection.Env;
using CodeB.Protection.Postgres;
using CodeB.Protection.Redis;
using CodeB.Protection.Runbooks;
using CodeB.Runbooks.Faults;
using CodeB.V1;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>
/// kill -9 of CodeB at every step of every runbook, after the step's effect and for the quick ones also before it, and what a
/// new start makes of it.
/// The steps are asked of the runbooks themselves.
/// </summary>
[Collection(KilledCodeB.Collection)]
public sealed class KillTests(KilledCodeB killed)
{
    private static readonly TimeSpan Finished = TimeSpan.FromSeconds(90);

    private string _expected = "";

    /// <summary>The harder one of a step's two points, for the runbooks whose kills take longest.</summary>
    private static readonly string[] AfterEffect = [FaultPoints.AfterDo];

    /// <summary>What the project has; the kills within the other components are in their own tests.</summary>
    private static readonly string[] Components = [PostgresComponent.ComponentName, RedisComponent.ComponentName, EnvComponent.ComponentName];

    [Fact]
    public async Task A_deploy_that_is_killed_at_any_step_is_taken_up_again_and_leaves_the_active_slot_alone()
    {
        var versions = new[] { "v1", "v2" };
        var turn = 0;
        await AtEachAsync(
            FaultPoints.Of(DeployRunbook.Create()),
            async (api, worb, point) =>
            {
                // An image that is there is never fetched, and without a registry no other one can be.
                var image = point.Contains("/fetch-image/", StringComparison.Ordinal) ? "localhost/guestbook:missing" : null;
                return await StartedAsync(() => Api.EndAsync(worb.StartDeploy(api, versions[turn++ % 2], image)));
            },
            async (api, worb, operation, point) =>
            {
                var missing = point.Contains("/fetch-image/", StringComparison.Ordinal);
                Assert.Equal(missing ? OperationState.Undone : OperationState.Succeeded, operation.State);
                var idle = Idle(await worb.SlotsAsync(api));
                if (!missing)
                    Assert.Equal((SlotState.Deployed, versions[(turn - 1) % 2]), (idle.State, idle.Version));
            },
            unreachable: ["deploy/fetch-image/after-do"]);
    }

    [Fact]
    public async Task A_failing_deploy_that_is_killed_in_any_undo_is_undone_to_the_end()
    {
        var api = await killed.StartAsync();
        await killed.Worb.BreakEnvAsync(api);
        await killed.CodeB.KillAsync();
        try
        {
            await AtEachAsync(
                FaultPoints.Of(DeployRunbook.Create()),
                (a, worb, _) => StartedAsync(() => worb.DeployAsync(a, "v2")),
                async (a, worb, operation, _) =>
                {
                    Assert.Equal(OperationState.Undone, operation.State);
                    var idle = Idle(await worb.SlotsAsync(a));
                    Assert.Equal(SlotState.Failed, idle.State);
                    Assert.Equal("", await worb.ContainerAsync(idle.Name));
                },
                kinds: [FaultPoints.AfterUndo]);
        }
        finally
        {
            api = await killed.StartAsync();
            await killed.Worb.SetEnvAsync(api);
            await killed.CodeB.KillAsync();
        }
    }

    [Fact]
    public Task A_promote_that_is_killed_at_any_step_ends_with_the_traffic_at_the_new_slot() => AtEachAsync(
        FaultPoints.Of(PromoteRunbook.Create()),
        async (api, worb, point) =>
        {
            await worb.DeployAsync(api, "v2");
            if (point.Contains("/ensure-site/", StringComparison.Ordinal))
                await worb.RunAsync("app", $"rm /opt/codeb/edge/domains/{worb.Domain}");
            return await StartedAsync(() => worb.PromoteAsync(api), Idle(await worb.SlotsAsync(api)).Name);
        },
        SwitchedAsync);

    [Fact]
    public async Task A_rollback_that_is_killed_at_any_step_ends_with_the_traffic_at_the_old_slot()
    {
        var api = await killed.StartAsync();
        await killed.Worb.DeployAsync(api, "v2");
        await killed.Worb.PromoteAsync(api);
        await killed.CodeB.KillAsync();
        await AtEachAsync(
            FaultPoints.Of(RollbackRunbook.Create()),
            async (a, worb, point) =>
            {
                if (point.Contains("/ensure-site/", StringComparison.Ordinal))
                    await worb.RunAsync("app", $"rm /opt/codeb/edge/domains/{worb.Domain}");
                return await StartedAsync(() => worb.RollbackAsync(a), Idle(await worb.SlotsAsync(a)).Name);
            },
            SwitchedAsync);
    }

    [Fact]
    public Task A_backup_that_is_killed_at_any_step_ends_as_a_whole_set_or_none() => AtEachAsync(
        FaultPoints.Of(BackupRunbook.Create(Components)),
        (api, worb, _) => StartedAsync(() => worb.BackUpAsync(api)),
        async (api, worb, operation, _) =>
        {
            Assert.Equal(OperationState.Succeeded, operation.State);
            var sets = await worb.SetsAsync(api);
            Assert.Equal(operation.Facts["set"], sets[0]);
            var verdict = await worb.VerifyAsync(api, sets[0]);
            Assert.True(verdict.Ok, string.Join('\n', verdict.Problems));
            var folders = await worb.RunAsync("backup", $"ls {worb.SetsFolder} | sort -r");
            Assert.Equal(string.Join('\n', sets), folders);
        },
        kinds: AfterEffect);

    [Fact]
    public async Task A_restore_that_is_killed_at_any_step_ends_with_the_sets_data_and_nothing_beside_it()
    {
        var api = await killed.StartAsync();
        var content = await killed.Worb.ContentAsync(api);
        var set = (await killed.Worb.BackUpAsync(api)).Facts["set"];
        await killed.CodeB.KillAsync();
        await AtEachAsync(
            FaultPoints.Of(RestoreRunbook.Create(Components)),
            async (a, worb, _) =>
            {
                await worb.AccidentAsync(a);
                return await StartedAsync(() => worb.RestoreAsync(a, set));
            },
            async (a, worb, operation, _) =>
            {
                Assert.Equal(OperationState.Succeeded, operation.State);
                Assert.Equal(content, await worb.ContentAsync(a));
            },
            kinds: AfterEffect);
    }

    /// <summary>
    /// The points from the last to the first, so that the start that takes up one operation can already be armed for the next:
    /// what is taken up goes forward from its step and never comes by an earlier one.
    /// </summary>
    private async Task AtEachAsync(
        IReadOnlyList<string> all,
        Func<Api, Worb, string, Task<string>> start,
        Func<Api, Worb, Operation, string, Task> check,
        string[]? kinds = null,
        string[]? unreachable = null)
    {
        foreach (var kind in kinds ?? [FaultPoints.AfterDo, FaultPoints.BeforeDo])
        {
            var points = all.Where(point => point.EndsWith($"/{kind}", StringComparison.Ordinal)).Except(unreachable ?? []).ToList();
            // An undo goes through the steps backwards.
            if (kind != FaultPoints.AfterUndo)
                points.Reverse();
            Assert.NotEmpty(points);
            var api = await killed.StartAsync(points[0]);
            for (var i = 0; i < points.Count; i++)
            {
                try
                {
                    await KillAtAsync(points[i]);
                    api = await killed.StartAsync(points.ElementAtOrDefault(i + 1) ?? "");
                    await TakenUpAsync(points[i]);
                }
                catch (Exception e)
                {
                    throw new Xunit.Sdk.XunitException($"Killed at {points[i]}: {e.Message}\n{(killed.CodeB.IsRunning ? killed.CodeB.Process.Log : "")}", e);
                }
            }

            await killed.CodeB.KillAsync();

            async Task KillAtAsync(string point)
            {
                _expected = await start(api, killed.Worb, point);
                await killed.CodeB.KilledAsync(point);
            }

            async Task TakenUpAsync(string point)
            {
                var operation = await api.NewestFinishedAsync(killed.Worb.Target, Finished);
                Assert.Equal(point.Split('/')[0], operation.Kind);
                Assert.True(operation.Resumed >= 1, $"{operation.Id} {operation.State} was resumed {operation.Resumed} times: {operation.Error}");
                Assert.True(operation.NotUndone.Count == 0, string.Join('\n', operation.NotUndone));
                await killed.AgreesAsync(api);
                await check(api, killed.Worb, operation, point);
                Assert.Equal("", await killed.Worb.LeftoversAsync());
            }
        }
    }

    /// <summary>Calls an operation that will take CodeB along; what the caller sees of that is a broken connection.</summary>
    private async Task<string> StartedAsync(Func<Task> call, string expected = "")
    {
        await killed.NoteActiveAsync();
        var error = await Assert.ThrowsAnyAsync<Exception>(call);
        Assert.True(error is Grpc.Core.RpcException { StatusCode: Grpc.Core.StatusCode.Unavailable or Grpc.Core.StatusCode.Internal }, error.ToString());
        return expected;
    }

    private async Task SwitchedAsync(Api api, Worb worb, Operation operation, string point)
    {
        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Equal(_expected, (await worb.SlotsAsync(api)).ActiveSlot);
    }

    private static Slot Idle(SlotPair pair) => pair.ActiveSlot == "blue" ? pair.Green : pair.Blue;
}
