using GrainContract.Grains;
using GrainContract.Silos;

namespace GrainContract;

/// <summary>What reminders do wherever they are kept; each place has a fixture.</summary>
public abstract class ReminderTests(SiloFixture fixture)
{
    protected static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);
    protected static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly Probe _probe = fixture.Silo.Probe;
    private readonly string _key = Guid.NewGuid().ToString("N");

    private IReminderGrain Grain => fixture.Silo.Grains.GetGrain<IReminderGrain>(_key);

    internal static void RemindOften(ISiloBuilder silo) =>
        silo.Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(50));

    [Fact]
    public async Task A_reminder_ticks_again_and_again()
    {
        var before = DateTime.UtcNow;
        await Grain.RemindAsync("tea", Soon, Soon);
        await Eventually.HoldsAsync("two ticks", () => _probe.EventsOf(_key).Count(e => e == "reminded of tea") >= 2);

        var status = Assert.IsType<TickStatus>(_probe.Kept(_key));
        Assert.Equal(Soon, status.Period);
        Assert.InRange(status.FirstTickTime, before, DateTime.UtcNow);
        Assert.InRange(status.CurrentTickTime, status.FirstTickTime.AddMilliseconds(-20), DateTime.UtcNow);
        await Grain.ForgetAsync("tea");
    }

    [Fact]
    public async Task A_reminder_activates_a_grain_that_was_deactivated()
    {
        await Grain.RemindAsync("tea", TimeSpan.FromSeconds(1.5), Never);
        await Grain.LeaveAsync();
        await _probe.Recorded(_key, "deactivated");
        Assert.DoesNotContain("reminded of tea", _probe.EventsOf(_key));
        await _probe.Recorded(_key, "reminded of tea");
    }

    [Fact]
    public async Task An_unregistered_reminder_is_gone_and_does_not_tick()
    {
        await Grain.RemindAsync("tea", TimeSpan.FromSeconds(1), Never);
        Assert.True(await Grain.HasAsync("tea"));
        await Grain.ForgetAsync("tea");
        Assert.False(await Grain.HasAsync("tea"));

        await Grain.RemindAsync("later", TimeSpan.FromSeconds(1.2), Never);
        await _probe.Recorded(_key, "reminded of later");
        Assert.DoesNotContain("reminded of tea", _probe.EventsOf(_key));
    }

    [Fact]
    public async Task A_reminder_registered_again_replaces_the_one_of_its_name()
    {
        await Grain.RemindAsync("tea", Never, Never);
        await Grain.RemindAsync("coffee", Never, Never);
        await Grain.RemindAsync("tea", Soon, Never);
        Assert.Equal(["coffee", "tea"], await Grain.RemindersAsync());
        await _probe.Recorded(_key, "reminded of tea");
    }

    [Fact]
    public async Task A_reminder_may_not_tick_more_often_than_the_least_period() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Grain.RemindAsync("hurry", Soon, TimeSpan.FromMilliseconds(1)));
}

public sealed class MemoryReminderTests(MemoryReminderTests.Fixture fixture)
    : ReminderTests(fixture), IClassFixture<MemoryReminderTests.Fixture>
{
    public sealed class Fixture : SiloFixture
    {
        protected override void Configure(ISiloBuilder silo)
        {
            RemindOften(silo);
            silo.UseInMemoryReminderService();
        }
    }
}

public sealed class PostgresReminderTests(PostgresReminderTests.Fixture fixture)
    : ReminderTests(fixture), IClassFixture<PostgresReminderTests.Fixture>
{
    [Fact]
    public async Task A_reminder_survives_a_restart_and_activates_its_grain()
    {
        var key = Guid.NewGuid().ToString("N");
        await using (var first = await TestSilo.StartAsync(fixture.Remind))
        {
            var grain = first.Grains.GetGrain<IReminderGrain>(key);
            await grain.RemindAsync("tea", TimeSpan.Zero, TimeSpan.FromSeconds(2));
            await grain.RemindAsync("yearly", Never, Never);
            await grain.RemindAsync("gone", Never, Never);
            await grain.ForgetAsync("gone");
        }

        await using var second = await TestSilo.StartAsync(fixture.Remind);
        await second.Probe.Recorded(key, "reminded of tea");
        Assert.Equal(["tea", "yearly"], await second.Grains.GetGrain<IReminderGrain>(key).RemindersAsync());
    }

    public sealed class Fixture : PostgresSilo
    {
        public void Remind(ISiloBuilder silo)
        {
            RemindOften(silo);
            Postgres.Remind(silo);
        }

        protected override void Configure(ISiloBuilder silo) => Remind(silo);
    }
}
