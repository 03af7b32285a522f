using System.Diagnostics;
using CodeB.EndToEnd.Tests.Topology;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>Servers that are off, full or not who they were, and calls at the wrong time: a clear refusal, and all is as before.</summary>
public sealed class BadMomentTests(QuietCodeB quiet, TopologyFixture topology) : IClassFixture<QuietCodeB>
{
    private Api Api => quiet.Api;

    private Worb Worb => quiet.Worb;

    [Fact]
    public async Task A_second_operation_while_one_runs_is_refused_with_the_id_of_the_running_one()
    {
        var before = await SnapshotAsync();
        var pauseFile = Path.Combine(Path.GetTempPath(), $"codeb-e2e-pause-{Guid.NewGuid():N}");
        await quiet.CodeB.StopAsync();
        await quiet.CodeB.StartAsync("Faults__PauseAt=deploy/check-server/before-do", $"Faults__PauseFile={pauseFile}");
        try
        {
            var running = Api.RefusalAsync(() => Worb.DeployAsync(Api, "v2"));
            await Shell.AwaitAsync("the deploy at its pause", TimeSpan.FromSeconds(30), () => Task.FromResult(File.Exists(pauseFile)));
            var id = (await Worb.SlotsAsync(Api)).RunningOperation;
            var second = new[]
            {
                await Api.RefusalAsync(() => Worb.DeployAsync(Api, "v2")),
                await Api.RefusalAsync(() => Worb.PromoteAsync(Api)),
                await Api.RefusalAsync(() => Worb.RollbackAsync(Api)),
            };
            await Api.Operations.CancelOperationAsync(new GetOperationRequest { Id = id });
            File.Delete(pauseFile);

            Assert.Equal(StatusCode.Aborted, (await running).StatusCode);
            Assert.All(second, refused => Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode));
            Assert.All(second, refused => Assert.Contains(id, refused.Detail, StringComparison.Ordinal));
            Assert.Equal(id, (await Api.NewestFinishedAsync(Worb.Target, TimeSpan.FromSeconds(10))).Id);
        }
        finally
        {
            File.Delete(pauseFile);
            await quiet.CodeB.StopAsync();
            await quiet.CodeB.StartAsync();
        }

        Assert.Equal(before, await SnapshotAsync());
    }

    [Fact]
    public async Task A_promote_without_a_deployed_slot_is_refused()
    {
        var before = await SnapshotAsync();

        var refused = await Api.RefusalAsync(() => Worb.PromoteAsync(Api));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("slot ", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await SnapshotAsync());
    }

    [Fact]
    public async Task A_promote_of_an_empty_slot_is_refused()
    {
        await Api.Projects.CreateProjectAsync(new CreateProjectRequest
        {
            Name = "empty",
            Environments = { new ProjectEnvironment { Name = "preview", Server = "app", Domain = "empty.localhost" } },
            BackupServer = "backup",
        });

        var refused = await Api.RefusalAsync(() => Api.EndAsync(Api.Slots.Promote(new PromoteRequest { Project = "empty", Environment = "preview" })));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("we deploy empty", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deploy_to_a_server_that_is_cut_off_is_unavailable_within_seconds_and_the_slots_stay_as_they_were()
    {
        var before = await SnapshotAsync();
        TimeSpan took;
        Status refused;
        await topology.DoToAsync("app", "cut");
        try
        {
            var clock = Stopwatch.StartNew();
            refused = await Api.RefusalAsync(() => Worb.DeployAsync(Api, "v2"));
            took = clock.Elapsed;
        }
        finally
        {
            await topology.DoToAsync("app", "heal");
        }

        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Contains("app", refused.Detail, StringComparison.Ordinal);
        // The open connection is found dead after 5 s, and a new one is given 10 s.
        Assert.InRange(took.TotalSeconds, 0, 20);
        await Shell.AwaitAsync("app reachable again", TimeSpan.FromSeconds(30), async () =>
            (await Api.Servers.CheckServerAsync(new GetServerRequest { Name = "app" })).Reachable);
        Assert.Equal(before, await SnapshotAsync());
    }

    [Fact]
    public async Task A_backup_onto_a_full_disk_is_exhausted_and_leaves_nothing()
    {
        var before = await SnapshotAsync();
        Status refused;
        await topology.DoToAsync("backup", "fill");
        try
        {
            refused = await Api.RefusalAsync(() => Worb.BackUpAsync(Api));
        }
        finally
        {
            await topology.DoToAsync("backup", "drain");
        }

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Contains("backup", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("/opt/codeb/backups", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await SnapshotAsync());
    }

    [Fact]
    public async Task A_server_with_another_key_than_the_given_one_is_not_registered()
    {
        var request = new AddServerRequest
        {
            Name = "impostor",
            Address = topology.AddressOf("streaming"),
            Role = ServerRole.Streaming,
            HostKey = OwnCodeB.HostKey(topology, "storage"),
        };

        var refused = await Api.RefusalAsync(() => Api.Servers.AddServerAsync(request).ResponseAsync);

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("impostor", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("key", refused.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain((await Api.Servers.ListServersAsync(new ListServersRequest())).Servers, server => server.Name == "impostor");
    }

    [Fact]
    public async Task A_server_that_shows_another_key_than_the_pinned_one_is_not_talked_to()
    {
        const string Key = "/etc/ssh/ssh_host_ed25519_key";
        await OnStreamingAsync($"mv {Key} /root/key && ssh-keygen -q -t ed25519 -N '' -f {Key} <<< y");
        ServerCheck? check = null;
        try
        {
            await Shell.AwaitAsync("CodeB refusing streaming's new key", TimeSpan.FromSeconds(30), async () =>
            {
                check = await Api.Servers.CheckServerAsync(new GetServerRequest { Name = "streaming" });
                return !check.Reachable && check.Error.Contains("key", StringComparison.Ordinal);
            });
        }
        finally
        {
            await OnStreamingAsync($"mv /root/key {Key} && ssh-keygen -y -f {Key} > {Key}.pub");
        }

        Assert.Contains("streaming", check!.Error, StringComparison.Ordinal);
        await Shell.AwaitAsync("streaming with its own key again", TimeSpan.FromSeconds(30), async () =>
            (await Api.Servers.CheckServerAsync(new GetServerRequest { Name = "streaming" })).Reachable);
    }

    [Fact]
    public async Task A_deploy_of_an_image_that_does_not_exist_is_undone_before_it_touches_a_slot()
    {
        var before = await SnapshotAsync();

        var refused = await Api.RefusalAsync(() => Api.EndAsync(Worb.StartDeploy(Api, "v3", "localhost/guestbook:v3")));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("localhost/guestbook:v3", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await SnapshotAsync());
    }

    [Fact]
    public async Task A_container_that_ends_at_once_fails_the_deploy_with_its_last_words_and_the_active_slot_is_untouched()
    {
        var active = (await Worb.SlotsAsync(Api)).ActiveSlot;
        var container = await Worb.ContainerAsync(active);
        await Worb.BreakEnvAsync(Api);

        var refused = await Api.RefusalAsync(() => Worb.DeployAsync(Api, "v2"));

        await Worb.SetEnvAsync(Api);
        Assert.True(refused.StatusCode == StatusCode.FailedPrecondition, $"{refused}");
        Assert.Contains("UriFormatException", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("everything was undone", refused.Detail, StringComparison.Ordinal);
        var pair = await Worb.SlotsAsync(Api);
        var idle = pair.ActiveSlot == "blue" ? pair.Green : pair.Blue;
        Assert.Equal((active, SlotState.Failed), (pair.ActiveSlot, idle.State));
        Assert.Equal("", await Worb.ContainerAsync(idle.Name));
        Assert.Equal(container, await Worb.ContainerAsync(active));
        Assert.Equal("v1", await Worb.SeenAsync());
    }

    [Fact]
    public async Task A_restore_of_an_unknown_set_is_not_found()
    {
        var before = await SnapshotAsync();

        var refused = await Api.RefusalAsync(() => Worb.RestoreAsync(Api, $"{Worb.Name}_backup_20200101_000000"));

        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        Assert.Equal(before, await SnapshotAsync());
    }

    [Fact]
    public async Task A_restore_of_a_set_with_a_flipped_byte_is_a_data_loss_and_the_live_data_is_untouched()
    {
        var set = (await Worb.BackUpAsync(Api)).Facts["set"];
        var file = $"$(ls -S {Worb.SetsFolder}/{set}/* | head -1)";
        await Worb.RunAsync(
            "backup", $"f={file}; o=$(($(stat -c %s $f) / 2)); b=$(od -An -tu1 -j $o -N 1 $f); printf \"\\\\$(printf %o $((b ^ 1)))\" | dd of=$f bs=1 seek=$o conv=notrunc status=none");
        var before = await SnapshotAsync();

        var refused = await Api.RefusalAsync(() => Worb.RestoreAsync(Api, set));
        var verdict = await Worb.VerifyAsync(Api, set);

        Assert.Equal(StatusCode.DataLoss, refused.StatusCode);
        Assert.Contains(set, refused.Detail, StringComparison.Ordinal);
        Assert.False(verdict.Ok);
        Assert.Equal(before, await SnapshotAsync());
        await Worb.RunAsync("backup", $"rm -r {Worb.SetsFolder}/{set}");
    }

    /// <summary>
    /// Runs a command on streaming from within, and then ends its sshd with all connections: who connects anew meets the new key.
    /// </summary>
    private async Task OnStreamingAsync(string command)
    {
        var done = await Shell.RunAsync(
            Scripts.Server, "exec", $"{topology.Number}", "streaming", "bash", "-c",
            $"set -e; {command}; p=$(cat /run/sshd.pid); kill $p $(pgrep -P $p || true); while [ -d /proc/$p ]; do :; done; /usr/sbin/sshd");
        Assert.True(done.Code == 0, done.Errors);
    }

    /// <summary>What CodeB says of slots and sets, what the servers show, and the data itself.</summary>
    private async Task<string> SnapshotAsync()
    {
        var pair = await Worb.SlotsAsync(Api);
        pair.LastUpdated = null;
        return $"""
            {pair}
            {await Worb.ContainerAsync("blue")}
            {await Worb.ContainerAsync("green")}
            {await Worb.GatesAsync()} {await Worb.SeenAsync()}
            {string.Join(' ', await Worb.SetsAsync(Api))}
            {await Worb.RunAsync("backup", $"find {Worb.SetsFolder} 2>/dev/null; true")}
            {await Worb.ContentAsync(Api)}
            {await Worb.LeftoversAsync()}
            """;
    }
}
