using System.Globalization;
using CodeB.EndToEnd.Tests.Topology;
using CodeB.V1;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>A deploy with a snapshot and the rollbacks that bring data back, on the topology's own CodeB.</summary>
public sealed class DataRollbackTests(TopologyFixture topology)
{
    [Fact]
    public async Task A_rollback_with_data_brings_back_the_snapshot_and_the_next_one_what_it_replaced()
    {
        using var api = new Api(await topology.GrpcAsync());
        var tide = new Worb(topology, "tide", "production");
        await tide.CreateAsync(api);
        await tide.DeployAsync(api, "v1");
        await tide.PromoteAsync(api);
        await tide.WriteAsync("first");
        var refusal = await Api.RefusalAsync(() => tide.RollbackWithDataAsync(api));
        Assert.Contains("there is no version to go back to", refusal.Detail, StringComparison.Ordinal);

        var deploy = await tide.DeployAsync(api, "v2", snapshot: true);
        var set = deploy.Facts["snapshot-set"];
        await tide.PromoteAsync(api);
        var grace = (await tide.SlotsAsync(api)).Blue;
        Assert.Equal((SlotState.Grace, set, set), (grace.State, grace.DbSnapshot, grace.RedisSnapshot));
        await tide.WriteAsync("second");

        var back = await tide.RollbackWithDataAsync(api);
        Assert.Equal("v1", await tide.SeenAsync());
        Assert.Equal("first by v1 | tide:first", await tide.EntriesAsync());
        Assert.Equal(set, back.Facts["restored-from"]);
        Assert.InRange(int.Parse(back.Facts["postgres-writers-held-ms"], CultureInfo.InvariantCulture), 1, 3000);
        var left = (await tide.SlotsAsync(api)).Green;
        Assert.Equal((SlotState.Grace, back.Facts["safety-set"]), (left.State, left.DbSnapshot));
        await tide.WriteAsync("third");

        await tide.RollbackWithDataAsync(api);
        Assert.Equal("v2", await tide.SeenAsync());
        Assert.Equal("first by v1, second by v2 | tide:first tide:second", await tide.EntriesAsync());

        // What was written after the first rollback is kept until its slot is given up.
        Assert.NotEqual("", await tide.LeftoversAsync());
        await Api.EndAsync(api.Slots.CleanUp(new CleanUpRequest { Project = tide.Name, Environment = tide.Environment, Force = true }));
        await Shell.AwaitAsync("the kept data is dropped", TimeSpan.FromSeconds(30), async () => await tide.LeftoversAsync() == "");
        Assert.Equal("first by v1, second by v2 | tide:first tide:second", await tide.EntriesAsync());
    }
}
