using CodeB.Delivery.Runbooks;
using CodeB.Delivery.Tests.Support;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Runbooks.Faults;

namespace CodeB.Delivery.Tests.Runbooks;

public sealed class CleanUpRunbookTests
{
    private readonly AppServer _server = new();

    public CleanUpRunbookTests()
    {
        _server.Run(SlotName.Blue, "v1", active: true);
        _server.Run(SlotName.Green, "v2");
    }

    public static TheoryData<string> Points => [.. FaultPoints.Of(CleanUpRunbook.Create())];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task A_clean_up_killed_anywhere_is_completed_by_the_resume(string point)
    {
        var journal = new Runs.Journal();
        Assert.True(await CleanUpRunbook.Create().KilledAtAsync(Context(SlotName.Green), journal, point));

        var operation = await CleanUpRunbook.Create().ResumeAsync(Context(SlotName.Green), journal);

        Assert.Equal((OperationState.Succeeded, ""), (operation.State, operation.Error));
        Assert.Equal(["worb-production-blue"], _server.Containers.Keys);
        Assert.DoesNotContain("/opt/codeb/env/worb/production/green.env", _server.Session.Files.Keys);
    }

    [Fact]
    public async Task The_slot_with_the_traffic_is_never_emptied()
    {
        var before = _server.Picture();

        var operation = await CleanUpRunbook.Create().RunAsync(Context(SlotName.Blue));

        Assert.Contains("blue has the traffic", operation.Error, StringComparison.Ordinal);
        Assert.Equal(before, _server.Picture());
    }

    private CleanUpContext Context(SlotName slot) => new(
        new CleanUpInput
        {
            Project = "worb",
            Environment = "production",
            Slot = slot,
            BluePort = 4000,
            GreenPort = 4001,
        },
        _server.Session,
        _server.Settings,
        TimeProvider.System);
}
