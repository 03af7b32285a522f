using GrainContract.Grains;
using GrainContract.Silos;

namespace GrainContract;

public sealed class TimerTests(PlainSilo fixture) : IClassFixture<PlainSilo>
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly Probe _probe = fixture.Silo.Probe;
    private readonly string _key = Guid.NewGuid().ToString("N");

    private ITimerGrain Grain => fixture.Silo.Grains.GetGrain<ITimerGrain>(_key);

    [Fact]
    public async Task A_timer_ticks_in_the_grains_turns_until_it_is_disposed()
    {
        await Grain.StartAsync(Soon, Soon, interleave: false, fails: false);
        await TicksReach(3);
        await Grain.EndAsync();
        var ticks = await Grain.TicksAsync();

        // Another timer that has ticked thrice shows that there was time for a tick.
        var other = fixture.Silo.Grains.GetGrain<ITimerGrain>(_key + "other");
        await other.StartAsync(Soon, Soon, interleave: false, fails: false);
        await Eventually.HoldsAsync("the other timer ticks", async () => await other.TicksAsync() >= 3);
        Assert.Equal(ticks, await Grain.TicksAsync());
        Assert.DoesNotContain("tick elsewhere", _probe.EventsOf(_key));
    }

    [Fact]
    public async Task A_tick_waits_until_the_running_request_has_ended()
    {
        await Grain.StartAsync(Soon, Soon, interleave: false, fails: false);
        var holding = Grain.HoldAsync(_key);
        var before = await Grain.TicksAsync();

        var other = fixture.Silo.Grains.GetGrain<ITimerGrain>(_key + "other");
        await other.StartAsync(Soon, Soon, interleave: false, fails: false);
        await Eventually.HoldsAsync("the other timer ticks", async () => await other.TicksAsync() >= 3);
        Assert.Equal(before, await Grain.TicksAsync());

        _probe.Open(_key);
        await holding;
        await TicksReach(before + 1);
    }

    [Fact]
    public async Task An_interleaving_timer_ticks_beside_a_running_request()
    {
        await Grain.StartAsync(Soon, Soon, interleave: true, fails: false);
        var holding = Grain.HoldAsync(_key);
        var before = await Grain.TicksAsync();
        await TicksReach(before + 2);
        Assert.False(holding.IsCompleted);
        _probe.Open(_key);
        await holding;
    }

    [Fact]
    public async Task A_timer_goes_on_after_a_tick_has_failed()
    {
        await Grain.StartAsync(Soon, Soon, interleave: false, fails: true);
        await TicksReach(2);
    }

    [Fact]
    public async Task A_timer_without_a_period_ticks_once()
    {
        await Grain.StartOnceAsync(Soon);
        await TicksReach(1);
        var other = fixture.Silo.Grains.GetGrain<ITimerGrain>(_key + "other");
        await other.StartAsync(Soon, Soon, interleave: false, fails: false);
        await Eventually.HoldsAsync("the other timer ticks", async () => await other.TicksAsync() >= 3);
        Assert.Equal(1, await Grain.TicksAsync());
    }

    [Fact]
    public async Task A_changed_timer_ticks_at_its_new_time()
    {
        await Grain.StartAsync(Never, Never, interleave: false, fails: false);
        Assert.Equal(0, await Grain.TicksAsync());
        await Grain.ChangeAsync(Soon, Soon);
        await TicksReach(2);
    }

    private Task TicksReach(int ticks) =>
        Eventually.HoldsAsync($"the timer has ticked {ticks} times", async () => await Grain.TicksAsync() >= ticks);
}
