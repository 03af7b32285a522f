using CodeB.Delivery.Health;
using CodeB.Delivery.Runbooks;
using CodeB.Delivery.Tests.Support;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;

namespace CodeB.Delivery.Tests.Runbooks;

/// <summary>What happens to a version that has the traffic and does not bear it.</summary>
public sealed class PromoteWatchTests
{
    private readonly AppServer _server = new();

    public PromoteWatchTests()
    {
        _server.Run(SlotName.Blue, "v1", active: true);
        _server.Run(SlotName.Green, "v2");
        _server.Log = "password is hunter2\nout of memory";
    }

    /// <summary>Before the watch and on the way back; inside it is a test of its own.</summary>
    public static TheoryData<string> Points =>
        ["promote/watch/before", "promote/watch/before-do", "promote/switch-traffic/before-undo", "promote/switch-traffic/after-undo"];

    [Fact]
    public async Task A_version_that_fails_three_times_in_a_row_loses_the_traffic_again_and_the_error_says_so()
    {
        Fail(3);

        var operation = await PromoteRunbook.Create().RunAsync(Context());

        Assert.Equal((OperationState.Undone, SlotName.Blue), (operation.State, _server.Gate));
        Assert.StartsWith("watch: CodeB GOES BACK to blue (v1) by itself: app: worb/production green (v2) failed 3 health checks in a row", operation.Error, StringComparison.Ordinal);
        Assert.Contains("last answer: status 500 instead of 200", operation.Error, StringComparison.Ordinal);
        Assert.Contains("password is ***\nout of memory", operation.Error, StringComparison.Ordinal);
        Assert.Contains("worb-production-green", _server.Containers.Keys);
    }

    [Fact]
    public async Task Two_failures_in_a_row_are_bad_luck()
    {
        foreach (var status in new[] { 500, 500, 200, 500, 500, 200 })
            _server.UnderTraffic.Enqueue(status);

        var operation = await PromoteRunbook.Create().RunAsync(Context(watch: TimeSpan.FromMilliseconds(30)));

        Assert.Equal((OperationState.Succeeded, SlotName.Green), (operation.State, _server.Gate));
        Assert.Empty(_server.UnderTraffic);
    }

    [Fact]
    public async Task Without_a_watch_a_promote_ends_at_once_and_asks_nothing()
    {
        Fail(3);

        var operation = await PromoteRunbook.Create().RunAsync(Context(watch: TimeSpan.Zero));

        Assert.Equal((OperationState.Succeeded, "not watched"), (operation.State, operation.Steps[^1].Detail));
        Assert.Equal(3, _server.UnderTraffic.Count);
    }

    [Theory]
    [InlineData("exited", "blue (v1), which had it before, is exited")]
    [InlineData("running", "blue (v1), which had it before, is not healthy: status 503 instead of 200")]
    [InlineData("gone", "blue, which had it before, has no container any more")]
    public async Task It_does_not_go_back_to_a_version_that_is_no_better(string blue, string reason)
    {
        Fail(3);
        if (blue == "gone")
            _server.Containers.Remove("worb-production-blue");
        else
            _server.Containers["worb-production-blue"] = _server.Containers["worb-production-blue"] with { Status = blue };
        _server.Unhealthy.Add(SlotName.Blue);

        var operation = await PromoteRunbook.Create().RunAsync(Context());

        Assert.Equal((OperationState.Failed, SlotName.Green), (operation.State, _server.Gate));
        Assert.StartsWith($"watch: CodeB does NOT go back, for {reason}: app: worb/production green (v2) failed", operation.Error, StringComparison.Ordinal);
        Assert.Equal([$"switch-traffic: app: the traffic stays at green, for {reason}"], operation.NotUndone);
    }

    [Fact]
    public async Task The_first_version_of_all_has_nothing_to_go_back_to_and_says_so()
    {
        var server = new AppServer();
        server.Run(SlotName.Blue, "v1");
        foreach (var _ in Enumerable.Range(0, 3))
            server.UnderTraffic.Enqueue(500);

        var operation = await PromoteRunbook.Create().RunAsync(Context(server, SlotName.Blue, "v1"));

        Assert.Equal((OperationState.Undone, null), (operation.State, server.Gate));
        Assert.StartsWith("watch: there was no version before it to go back to, so NOTHING is served now", operation.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_out_of_reach_says_nothing_about_the_version()
    {
        _server.OutOfReach = 20;

        var operation = await PromoteRunbook.Create().RunAsync(Context());

        Assert.Equal((OperationState.Succeeded, SlotName.Green), (operation.State, _server.Gate));
        Assert.True(_server.OutOfReach <= 0, "the watch waited for the server");
    }

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_version_that_fails_goes_back_also_when_CodeB_is_killed_meanwhile(string point)
    {
        Fail(6);
        var journal = new Runs.Journal();
        Assert.True(await PromoteRunbook.Create().KilledAtAsync(Context(), journal, point));

        var operation = await PromoteRunbook.Create().ResumeAsync(Context(), journal);

        Assert.Equal((OperationState.Undone, SlotName.Blue), (operation.State, _server.Gate));
    }

    [Fact]
    public async Task A_watch_that_was_interrupted_goes_on_until_it_can_tell_luck_from_failure()
    {
        var journal = new Runs.Journal();
        Assert.True(await PromoteRunbook.Create().KilledAtAsync(Context(), journal, "promote/watch/after-do"));
        Fail(3);

        var operation = await PromoteRunbook.Create().ResumeAsync(Context(), journal);

        Assert.Equal((OperationState.Undone, SlotName.Blue), (operation.State, _server.Gate));
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
            _server.UnderTraffic.Enqueue(500);
    }

    private PromoteContext Context(TimeSpan? watch = null) => Context(_server, SlotName.Green, "v2", watch);

    private static PromoteContext Context(AppServer server, SlotName slot, string version, TimeSpan? watch = null) => new(
        new PromoteInput
        {
            Project = "worb",
            Environment = "production",
            Slot = slot,
            Version = version,
            BluePort = 4000,
            GreenPort = 4001,
            Domains = ["worb.test"],
            Watch = watch ?? TimeSpan.FromMilliseconds(5),
            WatchInterval = TimeSpan.FromMilliseconds(1),
            Health = new HealthCheck { Interval = TimeSpan.FromMilliseconds(1), RequestTimeout = TimeSpan.FromMilliseconds(20) },
        },
        server.Session,
        new Dictionary<string, string> { ["PASSWORD"] = "hunter2" },
        server.Settings,
        TimeProvider.System);
}
