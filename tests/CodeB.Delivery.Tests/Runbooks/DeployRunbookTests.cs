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

        Assert.Contains("load it with 'podman load'", operation.Error, StringComparison.Ordinal);
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

    private DeployContext Context(SlotName slot = SlotName.Green) => new(
        new DeployInput
        {
            Project = "worb",
            Environment = "production",
            Slot = slot,
            Port = slot == SlotName.Blue ? 4000 : 4001,
            Version = "v2",
            Image = "localhost/worb:v2",
            Health = new HealthCheck { Interval = TimeSpan.FromMilliseconds(1), Timeout = TimeSpan.FromMilliseconds(20) },
        },
        _server.Session,
        new Dictionary<string, string> { ["DATABASE_URL"] = "postgres://worb:s3cret@db/worb" },
        _server.Settings,
        TimeProvider.System);
}
