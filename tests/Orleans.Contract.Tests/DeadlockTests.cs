using GrainContract.Grains;
using GrainContract.Silos;
using Orleans.Configuration;

namespace GrainContract;

public sealed class DeadlockTests(DeadlockTests.ImpatientSilo fixture) : IClassFixture<DeadlockTests.ImpatientSilo>
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_chain_of_calls_that_comes_back_to_a_waiting_grain_ends_in_a_TimeoutException()
    {
        var (first, second) = (_key + "a", _key + "b");
        var call = fixture.Silo.Grains.GetGrain<IChainGrain>(first).CallAsync([second, first]);
        var timeout = await Assert.ThrowsAsync<TimeoutException>(() => call);
        Assert.Contains("Response did not arrive on time", timeout.Message);
    }

    [Fact]
    public async Task A_grain_works_again_after_a_deadlock_has_timed_out()
    {
        var grain = fixture.Silo.Grains.GetGrain<IChainGrain>(_key);
        await Assert.ThrowsAsync<TimeoutException>(() => grain.CallAsync([_key]));
        await Eventually.HoldsAsync("the grain answers again", async () =>
        {
            try
            {
                return await grain.CallAsync([_key + "b", _key + "c"]) == 2;
            }
            catch (TimeoutException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task A_chain_of_calls_over_other_grains_is_no_deadlock() =>
        Assert.Equal(3, await fixture.Silo.Grains.GetGrain<IChainGrain>(_key).CallAsync([_key + "b", _key + "c", _key + "d"]));

    public sealed class ImpatientSilo : SiloFixture
    {
        protected override void Configure(ISiloBuilder silo) =>
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(1));
    }
}

public sealed class ResponseTimeoutTests(PlainSilo fixture) : IClassFixture<PlainSilo>
{
    [Fact]
    public async Task A_method_has_its_own_response_timeout()
    {
        var key = Guid.NewGuid().ToString("N");
        var call = fixture.Silo.Grains.GetGrain<IChainGrain>(key).HurryAsync(key);
        await call.ContinueWith(_ => { }, TaskScheduler.Default).Within("the method's own time-out of a second");
        await Assert.ThrowsAsync<TimeoutException>(() => call);
        fixture.Silo.Probe.Open(key);
    }

    [Fact]
    public async Task A_grain_gives_out_a_reference_to_itself_that_others_can_call()
    {
        var key = Guid.NewGuid().ToString("N");
        var grain = fixture.Silo.Grains.GetGrain<IChainGrain>(key);
        var reference = await grain.MyselfAsync();
        Assert.Equal(key, await reference.WhoAmIAsync());
        Assert.Equal(key, reference.GetPrimaryKeyString());
        Assert.Equal(grain, reference);
    }
}
