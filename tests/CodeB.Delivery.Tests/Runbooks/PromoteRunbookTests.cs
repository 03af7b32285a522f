using CodeB.Delivery.Health;
using CodeB.Delivery.Runbooks;
using CodeB.Delivery.Tests.Support;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Runbooks.Faults;

namespace CodeB.Delivery.Tests.Runbooks;

public sealed class PromoteRunbookTests
{
    private readonly AppServer _server = new();

    public static TheoryData<string> Points => [.. FaultPoints.Of(PromoteRunbook.Create())];

    [Fact]
    public async Task A_servers_first_promote_sets_its_edge_up_with_one_reload_and_opens_the_gate()
    {
        _server.Run(SlotName.Blue, "v1");

        var operation = await PromoteRunbook.Create().RunAsync(Context(SlotName.Blue));

        Assert.Equal((OperationState.Succeeded, ""), (operation.State, operation.Error));
        Assert.Equal(SlotName.Blue, _server.Gate);
        Assert.Equal((EdgeFile.Render(_server.Settings.Traffic), 1), (_server.LoadedEdge, _server.Reloads));
        Assert.Equal(["worb.test"], _server.Domains);
    }

    [Fact]
    public async Task Later_promotes_never_reload_Caddy()
    {
        BlueActiveGreenDeployed();

        var operation = await PromoteRunbook.Create().RunAsync(Context(SlotName.Green));

        Assert.Equal((OperationState.Succeeded, ""), (operation.State, operation.Error));
        Assert.Equal(SlotName.Green, _server.Gate);
        Assert.DoesNotContain(_server.Session.Commands, command => command.Program == "caddy");
        Assert.Contains("worb-production-blue", _server.Containers.Keys);
    }

    [Fact]
    public async Task A_rollback_gives_the_traffic_back_to_the_slot_in_grace()
    {
        BlueActiveGreenDeployed();
        await PromoteRunbook.Create().RunAsync(Context(SlotName.Green));

        var operation = await RollbackRunbook.Create().RunAsync(Context(SlotName.Blue, "v1"));

        Assert.Equal(("rollback", OperationState.Succeeded), (operation.Kind, operation.State));
        Assert.Equal(SlotName.Blue, _server.Gate);
    }

    [Fact]
    public async Task A_promote_that_cannot_be_confirmed_gives_the_traffic_back()
    {
        BlueActiveGreenDeployed();
        _server.ReachableThroughCaddy = false;

        var operation = await PromoteRunbook.Create().RunAsync(Context(SlotName.Green));

        Assert.Equal(OperationState.Undone, operation.State);
        Assert.Contains("through Caddy gives status 502 instead of 200", operation.Error, StringComparison.Ordinal);
        Assert.Equal(SlotName.Blue, _server.Gate);
    }

    [Fact]
    public async Task A_first_promote_that_fails_leaves_no_name_and_no_gate()
    {
        _server.Run(SlotName.Blue, "v1");
        _server.ReachableThroughCaddy = false;

        var operation = await PromoteRunbook.Create().RunAsync(Context(SlotName.Blue));

        Assert.Equal(OperationState.Undone, operation.State);
        Assert.Null(_server.Gate);
        Assert.Empty(_server.Domains);
    }

    [Theory]
    [InlineData(false, "v2", "green is empty; deploy a version first")]
    [InlineData(true, "v3", "runs v2, not v3")]
    public async Task What_is_not_in_the_slot_is_not_promoted(bool deployed, string version, string reason)
    {
        _server.Run(SlotName.Blue, "v1", active: true);
        if (deployed)
            _server.Run(SlotName.Green, "v2");
        var before = _server.Picture();

        var operation = await PromoteRunbook.Create().RunAsync(Context(SlotName.Green, version));

        Assert.Contains(reason, operation.Error, StringComparison.Ordinal);
        Assert.Equal(before, _server.Picture());
    }

    [Fact]
    public async Task An_unhealthy_slot_is_not_promoted()
    {
        BlueActiveGreenDeployed();
        _server.Healthy = false;

        var operation = await PromoteRunbook.Create().RunAsync(Context(SlotName.Green));

        Assert.Contains("is not healthy", operation.Error, StringComparison.Ordinal);
        Assert.Equal(SlotName.Blue, _server.Gate);
    }

    [Fact]
    public async Task A_file_of_somebody_else_in_the_place_of_CodeBs_is_left_alone()
    {
        _server.Run(SlotName.Blue, "v1");
        _server.Session.Files["/etc/caddy/sites/codeb.caddy"] = ("http://other.test"u8.ToArray(), UnixFileMode.UserRead);

        var operation = await PromoteRunbook.Create().RunAsync(Context(SlotName.Blue));

        Assert.Contains("codeb.caddy is not CodeB's", operation.Error, StringComparison.Ordinal);
        Assert.Equal("http://other.test"u8.ToArray(), _server.Session.Files["/etc/caddy/sites/codeb.caddy"].Content);
    }

    [Fact]
    public async Task A_name_that_leads_to_another_pair_is_not_taken_from_it()
    {
        BlueActiveGreenDeployed();
        _server.Links["/opt/codeb/edge/domains/worb.test"] = "../pairs/shop/production";

        var operation = await PromoteRunbook.Create().RunAsync(Context(SlotName.Green));

        Assert.Contains("worb.test leads to shop/production there", operation.Error, StringComparison.Ordinal);
        Assert.Equal((SlotName.Blue, "../pairs/shop/production"), (_server.Gate, _server.Links["/opt/codeb/edge/domains/worb.test"]));
    }

    [Fact]
    public async Task A_dry_run_touches_nothing()
    {
        BlueActiveGreenDeployed();
        var before = _server.Picture();

        var findings = await PromoteRunbook.Create().InspectAsync(Context(SlotName.Green));

        Assert.All(findings, finding => Assert.True(finding.Ok, finding.Message));
        Assert.Contains(findings, finding => finding.Message == "the traffic is at blue; would go to green");
        Assert.Equal(before, _server.Picture());
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_promote_killed_anywhere_is_completed_by_the_resume(string point)
    {
        BlueActiveGreenDeployed();
        var journal = new Runs.Journal();
        _ = await PromoteRunbook.Create().KilledAtAsync(Context(SlotName.Green), journal, point);

        var operation = await PromoteRunbook.Create().ResumeAsync(Context(SlotName.Green), journal);

        Assert.Equal((OperationState.Succeeded, ""), (operation.State, operation.Error));
        Assert.Equal(SlotName.Green, _server.Gate);
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_failing_first_promote_killed_anywhere_is_undone_by_the_resume(string point)
    {
        _server.Run(SlotName.Blue, "v1");
        _server.ReachableThroughCaddy = false;
        var journal = new Runs.Journal();
        _ = await PromoteRunbook.Create().KilledAtAsync(Context(SlotName.Blue), journal, point);

        var operation = await PromoteRunbook.Create().ResumeAsync(Context(SlotName.Blue), journal);

        Assert.Equal(OperationState.Undone, operation.State);
        Assert.Null(_server.Gate);
        Assert.Empty(_server.Domains);
    }

    private void BlueActiveGreenDeployed()
    {
        _server.Run(SlotName.Blue, "v1", active: true);
        _server.Run(SlotName.Green, "v2");
    }

    private PromoteContext Context(SlotName slot, string version = "") => new(
        new PromoteInput
        {
            Project = "worb",
            Environment = "production",
            Slot = slot,
            Version = version,
            BluePort = 4000,
            GreenPort = 4001,
            Domains = ["worb.test"],
            Watch = TimeSpan.FromMilliseconds(5),
            WatchInterval = TimeSpan.FromMilliseconds(1),
            Health = new HealthCheck { Interval = TimeSpan.FromMilliseconds(1), RequestTimeout = TimeSpan.FromMilliseconds(20) },
        },
        _server.Session,
        new Dictionary<string, string>(),
        _server.Settings,
        TimeProvider.System);
}
