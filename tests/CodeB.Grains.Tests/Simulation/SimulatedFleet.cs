using System.Collections.Concurrent;
using System.Text.Json;
using CodeB.Domain.Projects;
using CodeB.Domain.Servers;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Backups;
using CodeB.Grains.Hosting;
using CodeB.Grains.Operations;
using CodeB.Grains.Registry;
using CodeB.Grains.Servers;
using CodeB.Grains.Slots;
using CodeB.Hosts.Sessions;
using CodeB.Protection.DataPath;
using CodeB.Runbooks;
using CodeB.Runbooks.Faults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace CodeB.Grains.Tests.Simulation;

/// <summary>A silo whose app servers are simulated, one for each project, so that hundreds of operations a second can be tried.</summary>
public sealed class SimulatedFleet : IAsyncDisposable
{
    private const string Deactivate = "codeb.tests.deactivate";

    private readonly IHost _host;
    private int _projects;

    private SimulatedFleet(IHost host, SimulatedFaults faults, SimulatedSessions sessions, CheckedStorage storage)
    {
        _host = host;
        Faults = faults;
        Sessions = sessions;
        Storage = storage;
    }

    internal SimulatedFaults Faults { get; }

    internal SimulatedSessions Sessions { get; }

    internal CheckedStorage Storage { get; }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<SimulatedFleet> StartAsync(TimeProvider time, Action<DeliveryOptions> configure)
    {
        var (faults, storage) = (new SimulatedFaults(), new CheckedStorage());
        var sessions = new SimulatedSessions(faults);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            silo.UseInMemoryReminderService();
            silo.AddIncomingGrainCallFilter<ErrorFilter>();
            silo.AddIncomingGrainCallFilter<DeactivatingFilter>();
        });
        builder.Services.AddKeyedSingleton<IGrainStorage>("Default", storage);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IFaultPoints>(faults);
        builder.Services.AddSingleton<IHostSessions>(sessions);
        builder.Services.AddSingleton(KeyRing.Parse([KeyRing.NewLine("k1")]));
        builder.Services.AddRunbooks(builder.Configuration, builder.Environment);
        builder.Services.Configure(configure);
        builder.Services.AddSingleton<Fleet>();
        builder.Services.AddSingleton<DeliveryRunbooks>();
        builder.Services.AddSingleton<IRegistryMarks, NoMarks>();
        builder.Services.AddSingleton<ProjectData>();
        builder.Services.AddSingleton<ISetTaker, SetTaker>();
        builder.Services.AddSingleton<OperationTools>();
        var host = builder.Build();
        await host.StartAsync();
        var fleet = new SimulatedFleet(host, faults, sessions, storage);
        await fleet.Grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key)
            .AddServerAsync(new Server { Name = "backup", Address = "198.18.0.9", Role = ServerRole.Backup, HostKey = "ssh-ed25519 AAAA" });
        return fleet;
    }

    /// <summary>A new project with an app server of its own.</summary>
    internal async Task<(ISlotPairGrain Pair, SimulatedServer Server)> NewPairAsync()
    {
        var name = $"p{Interlocked.Increment(ref _projects)}";
        var registry = Grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key);
        await registry.AddServerAsync(new Server { Name = $"app-{name}", Address = "198.18.0.2", Role = ServerRole.Application, HostKey = "ssh-ed25519 AAAA" });
        await registry.CreateProjectAsync(new Project
        {
            Name = name,
            ImageRepository = $"localhost/{name}",
            Environments = new() { ["production"] = new() { Server = $"app-{name}", Domain = $"{name}.test" } },
        });
        return (Grains.GetGrain<ISlotPairGrain>($"{name}/production"), Sessions.Of($"app-{name}"));
    }

    /// <summary>Ends the grain's activation as a stop of CodeB does, and returns when the next one has begun.</summary>
    internal static async Task RestartAsync(ISlotPairGrain pair)
    {
        RequestContext.Set(Deactivate, true);
        await pair.ResumeAsync();
        RequestContext.Remove(Deactivate);
        await pair.ResumeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    /// <summary>The servers of a simulation keep no copy of the registry: its faults are meant for the slots' own commands.</summary>
    private sealed class NoMarks : IRegistryMarks
    {
        public Task MarkAsync(IEnumerable<string> servers) => Task.CompletedTask;
    }

    private sealed class DeactivatingFilter : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (RequestContext.Get(Deactivate) is true && context.Grain is IGrainBase grain and ISlotPairGrain)
                grain.DeactivateOnIdle();
            await context.Invoke();
        }
    }
}

/// <summary>The simulated servers by name.</summary>
internal sealed class SimulatedSessions(SimulatedFaults faults) : IHostSessions
{
    private readonly ConcurrentDictionary<string, SimulatedServer> _servers = new();

    public SimulatedServer Of(string name) => (SimulatedServer)For(new ServerEndpoint(name, "198.18.0.2", 22, "root", "ssh-ed25519 AAAA", null));

    public IHostSession For(ServerEndpoint server) => _servers.GetOrAdd(server.Name, _ => new SimulatedServer(server, faults));

    public Task<string> ScanHostKeyAsync(string address, int port, CancellationToken cancellationToken = default) => Task.FromResult("ssh-ed25519 AAAA");

    public Task CloseAsync(string serverName) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Grain states as JSON in memory; each one of a slot pair is looked at as it is written.</summary>
internal sealed class CheckedStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string Name, GrainId Grain), (string Json, string ETag)> _states = new();
    private long _version;

    /// <summary>Told of every slot pair's state before it is stored.</summary>
    public Action<SlotPairState> Written { get; set; } = _ => { };

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.RecordExists = _states.TryGetValue((stateName, grainId), out var stored);
        if (grainState.RecordExists)
            (grainState.State, grainState.ETag) = (JsonSerializer.Deserialize<T>(stored.Json)!, stored.ETag);
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_states.TryGetValue((stateName, grainId), out var stored) && stored.ETag != grainState.ETag)
            throw new InconsistentStateException($"{grainId} was written by another activation", stored.ETag, grainState.ETag ?? "");
        if (grainState.State is SlotPairState pair)
            Written(pair);
        grainState.ETag = Interlocked.Increment(ref _version).ToString(System.Globalization.CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
        _states[(stateName, grainId)] = (JsonSerializer.Serialize(grainState.State), grainState.ETag);
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _states.TryRemove((stateName, grainId), out _);
        (grainState.RecordExists, grainState.ETag) = (false, null);
        return Task.CompletedTask;
    }
}
