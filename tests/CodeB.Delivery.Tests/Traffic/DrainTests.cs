using System.Globalization;
using CodeB.Delivery.Slots;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;
using CodeB.Testing;

namespace CodeB.Delivery.Tests.Traffic;

public sealed class DrainTests
{
    private static readonly SlotPlace Place = new(ProjectName.Parse("worb"), EnvironmentName.Parse("production"), SlotName.Blue, 4000);

    private readonly List<string> _reports = [];

    [Fact]
    public async Task It_waits_until_the_last_request_has_ended()
    {
        var server = Server(2, 1, 0);

        await new Drain(server, TimeProvider.System).WaitAsync(Place, DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1), _reports.Add, default);

        Assert.Equal(3, server.Commands.Count);
        Assert.StartsWith("waiting for 2 open requests on blue", _reports[0], StringComparison.Ordinal);
        Assert.Equal("nobody is served by blue", _reports[^1]);
    }

    [Theory]
    [InlineData(61, 1)]
    [InlineData(59.9, 2)]
    public async Task The_time_counts_from_the_switch_and_what_is_open_at_its_end_is_cut_off(double secondsAgo, int looks)
    {
        var server = Server(3, 3, 3, 3);

        await new Drain(server, TimeProvider.System).WaitAsync(
            Place, DateTimeOffset.UtcNow - TimeSpan.FromSeconds(secondsAgo), TimeSpan.FromMinutes(1), _reports.Add, default);

        Assert.Equal(looks, server.Commands.Count);
        Assert.Equal("3 requests on blue are cut off 60 s after the switch", _reports[^1]);
    }

    [Fact]
    public async Task A_slot_that_never_had_the_traffic_is_not_waited_for()
    {
        var server = Server();

        await new Drain(server, TimeProvider.System).WaitAsync(Place, null, TimeSpan.FromMinutes(1), _reports.Add, default);

        Assert.Equal(["blue never had the traffic"], _reports);
        Assert.Empty(server.Commands);
    }

    /// <summary>A server that shows so many connections, one number a look.</summary>
    private static ScriptedSession Server(params int[] open)
    {
        var looks = new Queue<int>(open);
        return new ScriptedSession((_, _) => Answer.Text(string.Concat(Enumerable.Repeat(
            string.Create(CultureInfo.InvariantCulture, $"0 0 127.0.0.1:5 127.0.0.1:{Place.Port}\n"), looks.Dequeue()))));
    }
}
