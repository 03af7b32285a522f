using CodeB.Delivery.Health;
using CodeB.Delivery.Runbooks;
using CodeB.Delivery.Tests.Support;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Hosts.Commands;
using CodeB.Runbooks.Faults;

namespace CodeB.Delivery.Tests.Runbooks;

public sealed class DeployRunbookTests
{
    private const string Green = "worb-production-green";
    private const string Blue = "worb-production-blue";
    private const string GreenRelease = "worb-production-green-release";
    private const string GreenEnv = "/opt/codeb/env/worb/production/green.env";

    private readonly AppServer _server = new();

    public static TheoryData<string> Points => [.. FaultPoints.Of(DeployRunbook.Create())];

    public DeployRunbookTests() => _server.Run(SlotName.Blue, "v1", active: true);

    [Fact]
    public async Task A_deploy_starts_the_version_in_the_idle_slot_and_notes_its_container()
    {
        var operation = await DeployRunbook.Create().RunAsync(Context());

        Assert.Equal((OperationState.Succeeded, ""), (operation.State, operation.Error));
        Assert.Equal(_server.Containers[Green].Id, operation.Facts[DeployRunbook.ContainerIdFact]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, _server.Session.Files[GreenEnv].Mode);
        ActiveSlotIsUntouched();
    }

    [Fact]
    public async Task No_secret_is_in_a_command_or_in_the_journal()
    {
        var journal = new Runs.Journal();
        await DeployRunbook.Create().RunAsync(Context(), journal);

        Assert.DoesNotContain(_server.Session.Commands, command => CommandText.Display(command).Contains("s3cret", StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", System.Text.Json.JsonSerializer.Serialize(journal.Last), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("run")]
    [InlineData("curl")]
    [InlineData("ss")]
    public async Task A_failing_command_leaves_the_idle_slot_empty_and_the_active_one_untouched(string failing)
    {
        _server.Fails = command => command.Program == failing || command.Arguments[0] == failing;

        var operation = await DeployRunbook.Create().RunAsync(Context());

        Assert.Equal(OperationState.Undone, operation.State);
        Assert.DoesNotContain(Green, _server.Containers.Keys);
        Assert.DoesNotContain(GreenEnv, _server.Session.Files.Keys);
        ActiveSlotIsUntouched();
    }

    [Fact]
    public async Task An_unhealthy_version_is_removed_and_the_error_shows_its_log_without_secrets()
    {
        _server.Healthy = false;
        _server.Log = "cannot log in with s3cret at db";

        var operation = await DeployRunbook.Create().RunAsync(Context());

        Assert.Equal(OperationState.Undone, operation.State);
        Assert.Contains("last answer: status 503", operation.Error, StringComparison.Ordinal);
        Assert.Contains("cannot log in with *** at db", operation.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Green, _server.Containers.Keys);
        ActiveSlotIsUntouched();
    }

    [Fact]
    public async Task The_version_that_was_in_the_idle_slot_is_replaced()
    {
        _server.Run(SlotName.Green, "v0");

        var operation = await DeployRunbook.Create().RunAsync(Context());

        Assert.Equal(OperationState.Succeeded, operation.State);
        Assert.Equal("v2", _server.Containers[Green].Labels["codeb.version"]);
    }

    [Fact]
    public async Task A_deploy_into_the_slot_with_the_traffic_is_refused_before_anything_is_touched()
    {
        var before = _server.Picture();

        var operation = await DeployRunbook.Create().RunAsync(Context(SlotName.Blue));

        Assert.Contains("blue has the traffic", operation.Error, StringComparison.Ordinal);
        Assert.Equal(before, _server.Picture());
    }

    [Fact]
    public async Task A_foreign_container_of_the_same_name_is_left_alone()
    {
        _server.Containers[Green] = new AppServer.Container("theirs", "running", []);

        var operation = await DeployRunbook.Create().RunAsync(Context());

        Assert.Contains("is not worb/production's", operation.Error, StringComparison.Ordinal);
        Assert.Equal("theirs", _server.Containers[Green].Id);
    }

    [Fact]
    public async Task A_port_that_something_else_holds_is_named()
    {
        _server.BusyPorts.Add(4001);

        var operation = await DeployRunbook.Create().RunAsync(Context());

        Assert.Contains("port 4001 is in use", operation.Error, StringComparison.Ordinal);
        Assert.Equal(nameof(Domain.Errors.ErrorCode.FailedPrecondition), operation.ErrorCode);
    }

    [Fact]
    public async Task A_local_image_that_is_missing_is_not_asked_of_a_registry()
    {
        _server.Images.Clear();

        var operation = await DeployRunbook.Create().RunAsync(Context());

        Assert.Contains("--image-file", operation.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Session.Commands, command => command.Arguments[0] == "pull");
    }

    [Fact]
    public async Task A_dry_run_names_every_step_and_touches_nothing()
    {
        _server.Run(SlotName.Green, "v0");
        var before = _server.Picture();

        var findings = await DeployRunbook.Create().InspectAsync(Context());

        Assert.All(findings, finding => Assert.True(finding.Ok, finding.Message));
        Assert.Contains(findings, finding => finding.Message.Contains("would remove worb-production-green with v0", StringComparison.Ordinal));
        Assert.Equal(before, _server.Picture());
    }

    [Fact]
    public async Task A_release_command_runs_before_the_slots_container_and_is_gone_afterwards()
    {
        _server.Log = "applied 3 migrations";

        var operation = await DeployRunbook.Create().RunAsync(Context(release: true));

        Assert.Equal((OperationState.Succeeded, ""), (operation.State, operation.Error));
        var started = _server.Session.Commands.Where(command => command is { Program: "podman", Arguments: ["run", ..] }).Select(CommandText.Display).ToList();
        Assert.Contains("--entrypoint /app/migrate", started[0], StringComparison.Ordinal);
        Assert.Contains(GreenEnv, started[0], StringComparison.Ordinal);
        Assert.Contains($"--name {Green} ", started[1], StringComparison.Ordinal);
        Assert.Equal([Blue, Green], _server.Containers.Keys.Order());
        Assert.Contains("applied 3 migrations", operation.Steps.Single(step => step.Name == "release").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_release_command_fails_the_deploy_with_its_last_lines_and_without_secrets()
    {
        _server.ReleaseExitCode = 3;
        _server.Log = "cannot log in with s3cret at db";

        var operation = await DeployRunbook.Create().RunAsync(Context(release: true));

        Assert.Equal(OperationState.Undone, operation.State);
        Assert.Contains("app: release command '/app/migrate --all' ended with exit code 3", operation.Error, StringComparison.Ordinal);
        Assert.Contains("cannot log in with *** at db", operation.Error, StringComparison.Ordinal);
        Assert.Equal([Blue], _server.Containers.Keys);
        ActiveSlotIsUntouched();
    }

    [Fact]
    public async Task A_left_over_release_container_of_another_deploy_is_removed_and_a_foreign_one_is_left_alone()
    {
        _server.Containers[GreenRelease] = new AppServer.Container("old", "exited", ReleaseLabels("earlier"));
        Assert.Equal(OperationState.Succeeded, (await DeployRunbook.Create().RunAsync(Context(release: true))).State);
        Assert.Equal([Blue, Green], _server.Containers.Keys.Order());

        _server.Containers[GreenRelease] = new AppServer.Container("theirs", "running", []);
        var refused = await DeployRunbook.Create().RunAsync(Context(release: true));
        Assert.Contains("is not worb/production's", refused.Error, StringComparison.Ordinal);
        Assert.Equal("theirs", _server.Containers[GreenRelease].Id);
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_release_command_killed_anywhere_is_never_run_twice_by_the_resume(string point)
    {
        var journal = new Runs.Journal();
        _ = await DeployRunbook.Create().KilledAtAsync(Context(release: true), journal, point);

        var operation = await DeployRunbook.Create().ResumeAsync(Context(release: true), journal);

        Assert.Equal((OperationState.Succeeded, ""), (operation.State, operation.Error));
        Assert.Equal(1, _server.ReleaseRuns);
        Assert.Equal([Blue, Green], _server.Containers.Keys.Order());
    }

    [Fact]
    public async Task A_release_command_that_was_under_way_at_a_kill_is_waited_for()
    {
        var journal = new Runs.Journal();
        Assert.True(await DeployRunbook.Create().KilledAtAsync(Context(release: true), journal, FaultPoints.Name("deploy", "release", FaultPoints.BeforeDo)));
        // The kill hit after the engine had started it and before anything was noted.
        _server.Containers[GreenRelease] = new AppServer.Container("running-on", "running", ReleaseLabels("op-1"));

        var operation = await DeployRunbook.Create().ResumeAsync(Context(release: true), journal);

        Assert.Equal((OperationState.Succeeded, ""), (operation.State, operation.Error));
        Assert.Equal(0, _server.ReleaseRuns);
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_deploy_killed_anywhere_is_completed_by_the_resume_with_one_container(string point)
    {
        var journal = new Runs.Journal();
        _ = await DeployRunbook.Create().KilledAtAsync(Context(), journal, point);

        var operation = await DeployRunbook.Create().ResumeAsync(Context(), journal);

        Assert.Equal((OperationState.Succeeded, ""), (operation.State, operation.Error));
        Assert.Equal([Blue, Green], _server.Containers.Keys.Order());
        Assert.Equal("op-1", _server.Containers[Green].Labels["codeb.operation"]);
        ActiveSlotIsUntouched();
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_failing_deploy_killed_anywhere_is_undone_by_the_resume(string point)
    {
        _server.Healthy = false;
        var journal = new Runs.Journal();
        _ = await DeployRunbook.Create().KilledAtAsync(Context(), journal, point);

        var operation = await DeployRunbook.Create().ResumeAsync(Context(), journal);

        Assert.Equal(OperationState.Undone, operation.State);
        Assert.Equal([Blue], _server.Containers.Keys);
        Assert.DoesNotContain(GreenEnv, _server.Session.Files.Keys);
        ActiveSlotIsUntouched();
    }

    private void ActiveSlotIsUntouched()
    {
        Assert.Equal("id-v1", _server.Containers[Blue].Id);
        Assert.Equal(SlotName.Blue, _server.Gate);
        Assert.DoesNotContain(
            _server.Session.Commands,
            command => command.Program == "podman" && command.Arguments[0] is "stop" or "rm" && command.Arguments[^1] == Blue);
    }

    private static Dictionary<string, string> ReleaseLabels(string operation) => new()
    {
        ["codeb.project"] = "worb",
        ["codeb.environment"] = "production",
        ["codeb.release"] = "green",
        ["codeb.operation"] = operation,
    };

    private DeployContext Context(SlotName slot = SlotName.Green, bool release = false) => new(
        new DeployInput
        {
            Project = "worb",
            Environment = "production",
            Slot = slot,
            Port = slot == SlotName.Blue ? 4000 : 4001,
            Version = "v2",
            Image = "localhost/worb:v2",
            ReleaseCommand = release ? ["/app/migrate", "--all"] : [],
            Health = new HealthCheck { Interval = TimeSpan.FromMilliseconds(1), Timeout = TimeSpan.FromMilliseconds(20) },
        },
        _server.Session,
        new Dictionary<string, string> { ["DATABASE_URL"] = "postgres://worb:s3cret@db/worb" },
        _server.Settings,
        TimeProvider.System);
}
