using GrainContract.Grains;
using GrainContract.Silos;
using Orleans.Configuration;

namespace GrainContract.Embedded;

/// <summary>The embedded stack is one process, and says so where a cluster would grow.</summary>
public sealed class SingleProcessTests
{
    [Fact]
    public async Task A_second_process_on_the_same_database_fails_to_start_until_the_first_has_stopped()
    {
        await using var postgres = await Postgres.StartAsync();
        await using (await TestSilo.StartAsync(silo => Cluster(silo, postgres, "codeb")))
        {
            var error = await Assert.ThrowsAsync<OrleansConfigurationException>(
                () => TestSilo.StartAsync(silo => Cluster(silo, postgres, "codeb")));
            Assert.Contains("Another process runs the service 'codeb'", error.Message);
        }

        await using var next = await TestSilo.StartAsync(silo => Cluster(silo, postgres, "codeb"));
        Assert.Equal("here", await next.Grains.GetGrain<IChainGrain>("here").WhoAmIAsync());
    }

    [Fact]
    public async Task Another_service_may_use_the_same_database()
    {
        await using var postgres = await Postgres.StartAsync();
        await using var one = await TestSilo.StartAsync(silo => Cluster(silo, postgres, "one"));
        await using var other = await TestSilo.StartAsync(silo => Cluster(silo, postgres, "other"));
        Assert.Equal("here", await other.Grains.GetGrain<IChainGrain>("here").WhoAmIAsync());
    }

    private static void Cluster(ISiloBuilder silo, Postgres postgres, string service)
    {
        silo.Configure<ClusterOptions>(options => options.ServiceId = service);
        silo.UseAdoNetClustering(options =>
        {
            options.Invariant = "Npgsql";
            options.ConnectionString = postgres.ConnectionString;
        });
    }
}
