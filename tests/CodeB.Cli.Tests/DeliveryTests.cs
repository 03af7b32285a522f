using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests;

public sealed class DeliveryTests : CliTest
{
    [Fact]
    public async Task Deploy_sends_version_image_and_environment()
    {
        Fake.Answer<DeployRequest>(Updates.Success());
        Assert.Equal(0, await We("deploy worb 1.4.0 --image localhost/worb:1.4.0 -e staging"));
        Assert.Equal(
            new DeployRequest { Project = "worb", Environment = "staging", Version = "1.4.0", Image = "localhost/worb:1.4.0" },
            Fake.Request<DeployRequest>());
    }

    [Fact]
    public async Task Promote_works_on_production_unless_told_otherwise()
    {
        Fake.Answer<PromoteRequest>(Updates.Success("promote"));
        Assert.Equal(0, await We("promote worb"));
        Assert.Equal(new PromoteRequest { Project = "worb", Environment = "production" }, Fake.Request<PromoteRequest>());
        Assert.Contains("promote worb/production: succeeded", Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("1.5m", 90_000)]
    [InlineData("250ms", 250)]
    [InlineData("1h", 3_600_000)]
    [InlineData("0", 0)]
    public async Task Promote_is_told_how_long_to_watch(string text, int milliseconds)
    {
        Fake.Answer<PromoteRequest>(Updates.Success("promote"));
        Assert.Equal(0, await We($"promote worb --watch {text}"));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Fake.Request<PromoteRequest>().Watch.ToTimeSpan());
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("30")]
    [InlineData("-1s")]
    [InlineData("1 h")]
    public async Task A_watch_that_is_no_time_never_leaves_the_machine(string text)
    {
        Assert.Equal(2, await We("promote", "worb", $"--watch={text}"));
        Assert.Contains($"--watch: '{text}' is not a time", Error, StringComparison.Ordinal);
        Assert.Contains("such as 30s", Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollback_works_on_production_unless_told_otherwise()
    {
        Fake.Answer<RollbackRequest>(Updates.Success("rollback"));
        Assert.Equal(0, await We("rollback worb"));
        Assert.Equal(new RollbackRequest { Project = "worb", Environment = "production" }, Fake.Request<RollbackRequest>());
        Assert.Contains("rollback worb/production: succeeded", Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(" --snapshot", true)]
    public async Task Deploy_takes_a_snapshot_first_only_where_it_was_asked_to(string options, bool snapshot)
    {
        Fake.Answer<DeployRequest>(Updates.Success());
        Assert.Equal(0, await We("deploy worb 1.4.0" + options));
        Assert.Equal(snapshot, Fake.Request<DeployRequest>().Snapshot);
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData(" --restore-db", true, false)]
    [InlineData(" --restore-redis", false, true)]
    [InlineData(" --restore-db --restore-redis", true, true)]
    public async Task Rollback_brings_back_exactly_the_data_that_was_asked_for(string options, bool database, bool redis)
    {
        Fake.Answer<RollbackRequest>(Updates.Success("rollback"));
        Assert.Equal(0, await We("rollback worb" + options));
        Assert.Equal((database, redis), (Fake.Request<RollbackRequest>().RestoreDb, Fake.Request<RollbackRequest>().RestoreRedis));
    }

    [Fact]
    public async Task In_a_pipe_progress_is_a_line_for_each_change_of_a_step()
    {
        Fake.Answer<DeployRequest>(Updates.Success());
        Assert.Equal(0, await We("deploy worb 2"));
        var lines = Output.TrimEnd().Split('\n');
        Assert.Equal("deploy worb/production: operation op-7, started by tester", lines[0]);
        Assert.Matches("^09:30:01Z  pull-image +running$", lines[1]);
        Assert.Matches("^09:30:03Z  pull-image +done +4.0 MB  in 2.0 s  is there$", lines[2]);
        Assert.Matches("^09:30:04Z  start +running$", lines[3]);
        Assert.Matches("^09:30:12Z  start +done +in 8.0 s  healthy$", lines[4]);
        Assert.Equal("deploy worb/production: succeeded in 12.0 s", lines[5]);
        Assert.Equal("  container: c0ffee", lines[6]);
        Assert.Equal(7, lines.Length);
        Assert.DoesNotContain(Output, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public async Task With_JSON_every_update_is_a_line_and_the_last_is_the_finished_operation()
    {
        var updates = Updates.Success();
        Fake.Answer<DeployRequest>(updates);
        Assert.Equal(0, await We("deploy worb 2 --json"));
        var lines = JsonLines();
        Assert.Equal(updates.Length, lines.Count);
        Assert.Equal("STEP_STATE_RUNNING", lines[1].GetProperty("event").GetProperty("step_state").GetString());
        Assert.Equal("OPERATION_STATE_SUCCEEDED", lines[^1].GetProperty("operation").GetProperty("state").GetString());
    }

    [Fact]
    public async Task An_operation_that_was_undone_ends_with_1_whatever_its_status_is()
    {
        Fake.Fail<DeployRequest>(StatusCode.Unavailable, "app: start: refused", null, Updates.First(), Updates.Finished(OperationState.Undone, "app: start: refused", "UNAVAILABLE"));
        Assert.Equal(1, await We("deploy worb 2"));
        Assert.Contains("error: deploy worb/production failed: app: start: refused (everything it had done was undone)", Error, StringComparison.Ordinal);
        Assert.Contains("`we operation show op-7`", Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_could_not_be_undone_is_said()
    {
        Fake.Fail<PromoteRequest>(
            StatusCode.Internal, "x", null, Updates.First("promote"), Updates.Finished(OperationState.Failed, "app: cut", "INTERNAL", "promote", "upstream of Caddy"));
        Assert.Equal(1, await We("promote worb"));
        Assert.Contains("NOT undone: upstream of Caddy", Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_with_JSON_has_the_operations_code()
    {
        Fake.Fail<DeployRequest>(StatusCode.Unavailable, "x", null, Updates.First(), Updates.Finished(OperationState.Undone, "no disk", "RESOURCE_EXHAUSTED"));
        Assert.Equal(1, await We("deploy worb 2 --json"));
        Assert.Equal("RESOURCE_EXHAUSTED", JsonError().GetProperty("code").GetString());
        Assert.Equal(2, JsonLines().Count);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 4)]
    public async Task A_dry_run_shows_the_plan_and_ends_with_4_when_it_found_an_obstacle(bool ok, int expected)
    {
        Fake.Answer<DeployRequest>(Updates.Plan(ok));
        Assert.Equal(expected, await We("deploy worb 2 --dry-run"));
        Assert.True(Fake.Request<DeployRequest>().DryRun);
        Assert.Contains("dry run, nothing was touched", Output, StringComparison.Ordinal);
        Assert.Matches(ok ? "ok +start +port 4001 is free" : "not ok +start +port 4001 is taken by nginx", Output);
    }

    [Fact]
    public async Task A_second_operation_is_refused_with_4_and_the_text_of_CodeB()
    {
        Fake.Fail<PromoteRequest>(StatusCode.FailedPrecondition, "worb/production is busy; `we operation watch op-6` follows it");
        Assert.Equal(4, await We("promote worb"));
        Assert.Equal("error: worb/production is busy; `we operation watch op-6` follows it\n", Error);
    }

    [Fact]
    public async Task Ctrl_C_detaches_and_says_how_to_watch_and_to_cancel()
    {
        Fake.Hang<DeployRequest>(Updates.First(), Updates.Event(1, "pull-image", StepState.Running));
        var running = We("deploy worb 2");
        await Testing.Eventually.HoldsAsync("the first step is shown", () => Output.Contains("pull-image", StringComparison.Ordinal));
        await Interrupt.CancelAsync();
        Assert.Equal(130, await running);
        Assert.Contains("deploy worb/production goes on", Error, StringComparison.Ordinal);
        Assert.Contains("`we operation watch op-7`", Error, StringComparison.Ordinal);
        Assert.Contains("`we operation cancel op-7`", Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_lost_in_the_middle_ends_with_5_and_says_that_the_operation_goes_on()
    {
        Fake.Hang<DeployRequest>(Updates.First(), Updates.Event(1, "pull-image", StepState.Running));
        var running = We("deploy worb 2");
        await Testing.Eventually.HoldsAsync("the first step is shown", () => Output.Contains("pull-image", StringComparison.Ordinal));
        await Fake.CutAsync();
        Assert.Equal(5, await running);
        Assert.Contains("`we operation watch op-7`", Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deploy_that_changes_nothing_says_so_and_ends_with_0()
    {
        var done = Updates.Finished();
        done.Operation.Facts["unchanged"] = "true";
        done.Operation.Steps.Add(new Step { Name = "compare", State = StepState.Done, Detail = "2 runs already in blue" });
        Fake.Answer<DeployRequest>(done);
        Assert.Equal(0, await We("deploy worb 2"));
        Assert.Contains("deploy worb/production: unchanged: 2 runs already in blue", Output, StringComparison.Ordinal);
        Assert.DoesNotContain("succeeded", Output, StringComparison.Ordinal);
        Assert.False(Fake.Request<DeployRequest>().Force);
    }

    [Fact]
    public async Task Force_is_sent()
    {
        Fake.Answer<DeployRequest>(Updates.Success());
        Assert.Equal(0, await We("deploy worb 2 --force"));
        Assert.True(Fake.Request<DeployRequest>().Force);
    }

    [Fact]
    public async Task A_log_in_an_error_stays_in_its_lines_and_none_of_them_passes_for_one_of_ours()
    {
        const string Text = "app: it ended; the end of its log:\nfirst\u001b[2J\nerror: not ours";
        Fake.Fail<DeployRequest>(StatusCode.FailedPrecondition, "x", null, Updates.First(), Updates.Finished(OperationState.Undone, Text, "FAILED_PRECONDITION"));
        Assert.Equal(1, await We("deploy worb 2"));
        Assert.Contains("the end of its log:\n  | first[2J\n  | error: not ours (everything", Error, StringComparison.Ordinal);
    }
}
