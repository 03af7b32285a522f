using GrainContract.Grains;
using GrainContract.Silos;

namespace GrainContract;

public sealed class TurnTests(PlainSilo fixture) : IClassFixture<PlainSilo>
{
    private readonly Probe _probe = fixture.Silo.Probe;
    private readonly string _key = Guid.NewGuid().ToString("N");

    private ITurnGrain Grain => fixture.Silo.Grains.GetGrain<ITurnGrain>(_key);

    [Fact]
    public async Task Two_turns_of_a_grain_never_run_at_the_same_time()
    {
        var grain = fixture.Silo.Grains.GetGrain<ICrowdGrain>(_key);
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => grain.WorkAsync(50)))).Within("the work");
        Assert.Equal(1, await grain.MostAtOnceAsync());
    }

    [Fact]
    public async Task An_await_comes_back_to_the_grains_own_scheduler()
    {
        var call = Grain.ComesBackAsync(_key);
        _ = Task.Run(() => _probe.Open(_key));
        await call.Within("the call");
        Assert.True(await call);
    }

    [Fact]
    public async Task Requests_run_in_the_order_in_which_they_were_sent()
    {
        await Grain.PingAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Grain.AppendAsync(i))).Within("all requests");
        Assert.Equal(Enumerable.Range(0, 200), await Grain.NumbersAsync());
    }

    [Fact]
    public async Task A_request_waits_until_the_one_before_it_has_ended()
    {
        var first = Grain.WriteAsync("first", _key);
        await _probe.Recorded(_key, "first begins");
        var second = Grain.WriteAsync("second", _key);
        await Grain.PingAsync();
        Assert.Equal(["first begins"], _probe.EventsOf(_key));

        _probe.Open(_key);
        await Task.WhenAll(first, second).Within("both requests");
        Assert.Equal(["first begins", "first ends", "second begins", "second ends"], _probe.EventsOf(_key));
    }

    [Fact]
    public async Task An_AlwaysInterleave_request_passes_running_and_waiting_ones()
    {
        var running = Grain.WriteAsync("running", _key);
        var waiting = Grain.WriteAsync("waiting", _key);
        await Grain.PingAsync().Within("the interleaving request");
        Assert.False(running.IsCompleted);

        _probe.Open(_key);
        await Task.WhenAll(running, waiting).Within("the others");
    }

    [Fact]
    public async Task Read_only_requests_run_beside_each_other()
    {
        var first = Grain.ReadAsync("first", _key);
        var second = Grain.ReadAsync("second", _key);
        await _probe.Recorded(_key, "first begins");
        await _probe.Recorded(_key, "second begins");

        _probe.Open(_key);
        await Task.WhenAll(first, second).Within("both readers");
    }

    [Fact]
    public async Task A_read_only_request_waits_for_a_writing_one()
    {
        var writer = Grain.WriteAsync("writer", _key);
        await _probe.Recorded(_key, "writer begins");
        var reader = Grain.ReadAsync("reader", _key);
        await Grain.PingAsync();
        Assert.Equal(["writer begins"], _probe.EventsOf(_key));

        _probe.Open(_key);
        await Task.WhenAll(writer, reader).Within("both");
        Assert.Equal(["writer begins", "writer ends", "reader begins", "reader ends"], _probe.EventsOf(_key));
    }

    [Fact]
    public async Task A_writing_request_waits_for_a_read_only_one()
    {
        var reader = Grain.ReadAsync("reader", _key);
        await _probe.Recorded(_key, "reader begins");
        var writer = Grain.WriteAsync("writer", _key);
        await Grain.PingAsync();
        Assert.Equal(["reader begins"], _probe.EventsOf(_key));

        _probe.Open(_key);
        await Task.WhenAll(writer, reader).Within("both");
    }

    [Fact]
    public async Task Requests_of_a_reentrant_grain_run_beside_each_other()
    {
        var grain = fixture.Silo.Grains.GetGrain<ICrowdGrain>(_key);
        var meetings = Enumerable.Range(0, 3).Select(_ => grain.MeetAsync(_key)).ToList();
        await Eventually.HoldsAsync("three requests run at once", () => _probe.EventsOf(_key).Length == 3);

        _probe.Open(_key);
        await Task.WhenAll(meetings).Within("the meetings");
    }
}
