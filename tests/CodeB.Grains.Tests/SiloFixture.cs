using System.Collections.Concurrent;
using CodeB.Grains.Backups;
using CodeB.Grains.Hosting;
using CodeB.Grains.Operations;
using CodeB.Grains.Registry;
using CodeB.Grains.Servers;
using CodeB.Grains.Slots;
using CodeB.Hosts.Sessions;
using CodeB.Protection.DataPath;
using CodeB.Runbooks;
using CodeB.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CodeB.Grains.Tests;

/// <summary>One silo with everything in memory and servers that answer nothing, shared by the tests of this project.</summary>
public sealed class SiloFixture : IAsyncLifetime
{
    private IHost? _host;

    /// <summary>Servers that do answer, by the name under which they are registered.</summary>
    internal static ConcurrentDictionary<string, Machine> Machines { get; } = new();

    public IGrainFactory Grains => _host!.Services.GetRequiredService<IGrainFactory>();

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            silo.AddMemoryGrainStorageAsDefault();
            silo.UseInMemoryReminderService();
            silo.AddIncomingGrainCallFilter<ErrorFilter>();
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IHostSessions, NoSessions>();
        builder.Services.AddSingleton(KeyRing.Parse([KeyRing.NewLine("k1")]));
        builder.Services.AddRunbooks(builder.Configuration, builder.Environment);
        builder.Services.AddSingleton<Fleet>();
        builder.Services.AddSingleton<DeliveryRunbooks>();
        builder.Services.AddSingleton<IRegistryMarks, RegistryMarks>();
        builder.Services.AddSingleton<RegistryExport>();
        builder.Services.AddSingleton<RegistryCheck>();
        builder.Services.AddSingleton<ProjectData>();
        builder.Services.AddSingleton<ISetTaker, SetTaker>();
        builder.Services.AddSingleton<OperationTools>();
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is null)
            return;
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class NoSessions : IHostSessions
    {
        public IHostSession For(ServerEndpoint server) => Machines.TryGetValue(server.Name, out var machine)
            ? machine.Session
            : new ScriptedSession((_, _) => Answer.Fails(1, "nothing runs here"), server.Name);

        public Task<string> ScanHostKeyAsync(string address, int port, CancellationToken cancellationToken = default) =>
            Task.FromResult("ssh-ed25519 AAAAscanned");

        public Task CloseAsync(string serverName) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
