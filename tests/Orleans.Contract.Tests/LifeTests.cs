using GrainContract.Grains;
using GrainContract.Silos;

namespace GrainContract;

public sealed class LifeTests(PlainSilo fixture) : IClassFixture<PlainSilo>
{
    private readonly Probe _probe = fixture.Silo.Probe;
    private readonly string _key = Guid.NewGuid().ToString("N");

    private ILifeGrain Grain => fixture.Silo.Grains.GetGrain<ILifeGrain>(_key);

    [Fact]
    public async Task The_first_call_activates_and_the_next_ones_meet_the_same_activation()
    {
        var grain = Grain;
        Assert.Empty(_probe.EventsOf(_key));
        var first = await grain.WhoAsync();
        Assert.Equal(first, await grain.WhoAsync());
        Assert.Equal(first, await Grain.WhoAsync());
        Assert.Equal(["activated"], _probe.EventsOf(_key));
    }

    [Fact]
    public async Task A_grain_that_leaves_ends_its_running_request_first_and_a_later_call_meets_a_new_activation()
    {
        var leaving = Grain.LeaveAsync(_key);
        _probe.Open(_key);
        var left = await leaving;
        await Eventually.HoldsAsync("a new activation answers", async () => await Grain.WhoAsync() != left);

        await _probe.Recorded(_key, "disposed");
        var events = _probe.EventsOf(_key);
        Assert.Equal(["activated", "left", "deactivated: ApplicationRequested"], events.Take(3));
        Assert.Equal(2, events.Count(e => e == "activated"));
    }

    [Fact]
    public async Task Grains_call_each_other() =>
        Assert.Equal($"{_key} called friend", await Grain.CallFriendAsync("friend"));

    [Fact]
    public async Task When_the_silo_stops_each_grain_is_told_why()
    {
        await using var silo = await TestSilo.StartAsync();
        await silo.Grains.GetGrain<ILifeGrain>(_key).WhoAsync();
        var probe = silo.Probe;
        await silo.StopAsync();
        Assert.Contains("deactivated: ShuttingDown", probe.EventsOf(_key));
    }
}

public sealed class IdleTests(IdleTests.ForgetfulSilo fixture) : IClassFixture<IdleTests.ForgetfulSilo>
{
    private readonly Probe _probe = fixture.Silo.Probe;
    private readonly string _key = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task An_idle_grain_is_deactivated_and_comes_back_when_it_is_called()
    {
        var grain = fixture.Silo.Grains.GetGrain<ILifeGrain>(_key);
        var first = await grain.WhoAsync();
        await _probe.Recorded(_key, "deactivated: ActivationIdle");
        Assert.NotEqual(first, await grain.WhoAsync());
    }

    [Fact]
    public async Task A_grain_with_a_running_request_is_not_idle()
    {
        var busy = fixture.Silo.Grains.GetGrain<ILifeGrain>(_key);
        var idle = fixture.Silo.Grains.GetGrain<ILifeGrain>(_key + "idle");
        var holding = busy.HoldAsync(_key);
        // Twice the idle grain has come and gone while the busy one was held.
        for (var i = 0; i < 2; i++)
        {
            await idle.WhoAsync();
            await Eventually.HoldsAsync(
                "the idle grain is deactivated again",
                () => _probe.EventsOf(_key + "idle").Count(e => e.StartsWith("deactivated", StringComparison.Ordinal)) == i + 1);
        }

        Assert.Equal(["activated"], _probe.EventsOf(_key));
        _probe.Open(_key);
        await holding;
    }

    public sealed class ForgetfulSilo : SiloFixture
    {
        protected override void Configure(ISiloBuilder silo) => TestSilo.CollectSoon(silo);
    }
}

public sealed class ErrorTests(PlainSilo fixture) : IClassFixture<PlainSilo>
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task An_exception_reaches_the_caller_with_its_type_and_members()
    {
        var error = await Assert.ThrowsAsync<BrokenException>(
            () => fixture.Silo.Grains.GetGrain<IBrittleGrain>(_key).BreakAsync("in three"));
        Assert.Equal(("in three", 3), (error.Message, error.Pieces));
    }

    [Fact]
    public async Task An_exception_thrown_before_the_first_await_reaches_the_caller()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => fixture.Silo.Grains.GetGrain<IBrittleGrain>(_key).BreakAtOnceAsync());
        Assert.Equal("at once", error.Message);
    }

    [Fact]
    public async Task A_grain_works_on_after_an_exception()
    {
        var grain = fixture.Silo.Grains.GetGrain<IBrittleGrain>(_key);
        await Assert.ThrowsAsync<BrokenException>(() => grain.BreakAsync("again"));
        Assert.Equal("hello", await grain.HelloAsync());
    }

    [Fact]
    public async Task A_failed_activation_is_the_callers_exception_and_the_next_call_activates_anew()
    {
        var grain = fixture.Silo.Grains.GetGrain<IBrittleGrain>("fails" + _key);
        var error = await Assert.ThrowsAsync<BrokenException>(() => grain.HelloAsync());
        Assert.Contains("while it was activated", error.Message);
        Assert.Equal("hello", await grain.HelloAsync());
    }

    [Fact]
    public void An_interface_without_a_class_is_refused_by_its_name()
    {
        var error = Assert.Throws<ArgumentException>(() => fixture.Silo.Grains.GetGrain<INobodyGrain>(_key));
        Assert.Contains(nameof(INobodyGrain), error.Message);
    }
}
