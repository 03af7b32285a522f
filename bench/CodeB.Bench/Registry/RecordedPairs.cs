using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Backups;
using CodeB.Grains.Hosting;
using CodeB.Grains.Operations;
using CodeB.Grains.Registry;
using CodeB.Grains.Servers;
using CodeB.Grains.Slots;
using CodeB.Hosts;
using CodeB.Protection.DataPath;
using CodeB.Runbooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace CodeB.Bench.Registry;

/// <summary>Gives every pair an active version, one in grace and some history, in the control database of a server that is stopped.</summary>
internal static class RecordedPairs
{
    private const int History = 20;

    public static async Task WriteAsync(string control, IEnumerable<(string Project, string Environment, int Blue)> pairs)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("codeb", "codeb"));
            silo.ConfigureEndpoints(System.Net.IPAddress.Loopback, EndpointOptions.DEFAULT_SILO_PORT, gatewayPort: 0);
            silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", control));
            silo.AddAdoNetGrainStorageAsDefault(options => (options.Invariant, options.ConnectionString) = ("Npgsql", control));
            silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = ("Npgsql", control));
            silo.AddIncomingGrainCallFilter<ErrorFilter>();
        });
        var services = builder.Services;
        services.AddHosts();
        services.AddRunbooks(builder.Configuration, builder.Environment);
        services.AddSingleton(KeyRing.Parse([KeyRing.NewLine("k1")]));
        services.AddSingleton<Fleet>();
        services.AddSingleton<DeliveryRunbooks>();
        services.AddSingleton<IRegistryMarks, RegistryMarks>();
        services.AddSingleton<RegistryExport>();
        services.AddSingleton<RegistryCheck>();
        services.AddSingleton<ProjectData>();
        services.AddSingleton<ISetTaker, SetTaker>();
        services.AddSingleton<OperationTools>();
        using var host = builder.Build();
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        foreach (var some in pairs.Chunk(20))
            await Task.WhenAll(some.Select(pair => grains.GetGrain<ISlotPairGrain>($"{pair.Project}/{pair.Environment}").AdoptAsync(Found(pair))));
        await host.StopAsync();
    }

    private static SlotPair Found((string Project, string Environment, int Blue) place)
    {
        var now = DateTimeOffset.UtcNow;
        var pair = SlotMachine.Create(place.Project, place.Environment, "app", place.Blue, place.Blue + 1, now);
        for (var n = 0; n <= History; n++)
        {
            var deploying = SlotMachine.BeginDeploy(pair, $"v1.0.{n}", $"localhost/{place.Project}:v1.0.{n}", "bench", now);
            pair = SlotMachine.Promote(SlotMachine.DeploySucceeded(deploying, $"container-{n}", now), "bench", now);
        }

        return pair;
    }
}
