using GrainContract.Grains;
using GrainContract.Silos;
using Orleans.Storage;

namespace GrainContract;

/// <summary>What every storage must do; each has a fixture.</summary>
public abstract class StateTests(SiloFixture fixture)
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    private IStateGrain Grain => fixture.Silo.Grains.GetGrain<IStateGrain>(_key);

    [Fact]
    public async Task A_new_grain_has_an_empty_state_and_no_record()
    {
        var fresh = await Grain.GetAsync();
        Assert.False(fresh.RecordExists);
        Assert.Equal(0, fresh.Account.Balance);
        Assert.Empty(fresh.Account.Entries);
    }

    [Fact]
    public async Task A_written_state_is_there_after_the_grain_was_deactivated()
    {
        await Grain.PayInAsync(5);
        var before = await Grain.PayInAsync(7);
        await Grain.LeaveAsync();
        await Eventually.HoldsAsync("a new activation answers", async () => (await Grain.GetAsync()).Activation != before.Activation);

        var after = await Grain.GetAsync();
        Assert.True(after.RecordExists);
        Assert.Equal(before.Etag, after.Etag);
        Assert.Equal(12, after.Account.Balance);
        Assert.Equal(["5 원", "7 원"], after.Account.Entries);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddDays(7), after.Account.Seen["7"]);
    }

    [Fact]
    public async Task Every_write_changes_the_ETag()
    {
        var first = await Grain.PayInAsync(1);
        var second = await Grain.PayInAsync(1);
        Assert.NotNull(first.Etag);
        Assert.NotNull(second.Etag);
        Assert.NotEqual(first.Etag, second.Etag);
    }

    [Fact]
    public async Task Reading_again_brings_the_stored_state_back()
    {
        await Grain.PayInAsync(5);
        Assert.Equal(5, (await Grain.ForgetAsync()).Account.Balance);
    }

    [Fact]
    public async Task A_cleared_state_is_gone_and_can_be_written_again()
    {
        await Grain.PayInAsync(5);
        var cleared = await Grain.ClearAsync();
        Assert.False(cleared.RecordExists);
        Assert.Equal(0, cleared.Account.Balance);

        Assert.Equal(3, (await Grain.PayInAsync(3)).Account.Balance);
        Assert.True((await Grain.GetAsync()).RecordExists);
    }

    [Fact]
    public async Task A_stale_write_throws_InconsistentStateException()
    {
        await Grain.PayInAsync(5);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain.WriteStaleAsync());
    }

    [Fact]
    public async Task A_stale_first_write_throws_InconsistentStateException() =>
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain.WriteStaleAsync());

    [Fact]
    public async Task A_stale_clear_throws_InconsistentStateException()
    {
        var before = await Grain.PayInAsync(5);
        await Grain.LeaveAsync();
        await Eventually.HoldsAsync("a new activation has read it", async () => (await Grain.GetAsync()).Activation != before.Activation);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain.ClearStaleAsync());
    }

    [Fact]
    public async Task After_a_stale_write_a_new_activation_has_the_state_that_was_stored()
    {
        var before = await Grain.PayInAsync(5);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain.WriteStaleAsync());
        await Eventually.HoldsAsync("a new activation answers", async () => (await Grain.GetAsync()).Activation != before.Activation);
        Assert.Equal(105, (await Grain.GetAsync()).Account.Balance);
    }

    [Fact]
    public async Task States_of_different_names_and_grains_are_apart()
    {
        await Grain.PayInAsync(5);
        Assert.Equal(5, await Grain.SetOtherAsync(99));
        Assert.Equal(5, (await Grain.ForgetAsync()).Account.Balance);
        Assert.False((await fixture.Silo.Grains.GetGrain<IStateGrain>(_key + "b").GetAsync()).RecordExists);
    }
}

public sealed class MemoryStateTests(MemoryStateTests.Fixture fixture) : StateTests(fixture), IClassFixture<MemoryStateTests.Fixture>
{
    public sealed class Fixture : SiloFixture
    {
        protected override void Configure(ISiloBuilder silo) => silo.AddMemoryGrainStorage("contract");
    }
}

public sealed class PostgresStateTests(PostgresStateTests.Fixture fixture) : StateTests(fixture), IClassFixture<PostgresStateTests.Fixture>
{
    [Fact]
    public async Task A_written_state_is_there_after_a_restart()
    {
        var key = Guid.NewGuid().ToString("N");
        await using (var first = await TestSilo.StartAsync(fixture.Postgres.Store))
        {
            await first.Grains.GetGrain<IStateGrain>(key).PayInAsync(42);
        }

        await using var second = await TestSilo.StartAsync(fixture.Postgres.Store);
        var state = await second.Grains.GetGrain<IStateGrain>(key).GetAsync();
        Assert.True(state.RecordExists);
        Assert.Equal(42, state.Account.Balance);
    }

    [Fact]
    public async Task Of_two_silos_that_write_one_state_the_later_gets_InconsistentStateException()
    {
        var key = Guid.NewGuid().ToString("N");
        await using var first = await TestSilo.StartAsync(fixture.Postgres.Store);
        await using var second = await TestSilo.StartAsync(fixture.Postgres.Store);
        await first.Grains.GetGrain<IStateGrain>(key).PayInAsync(1);
        await second.Grains.GetGrain<IStateGrain>(key).PayInAsync(2);
        await Assert.ThrowsAsync<InconsistentStateException>(() => first.Grains.GetGrain<IStateGrain>(key).PayInAsync(4));
    }

    public sealed class Fixture : PostgresSilo
    {
        protected override void Configure(ISiloBuilder silo) => Postgres.Store(silo);
    }
}
