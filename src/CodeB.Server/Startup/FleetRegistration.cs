using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Servers;
using CodeB.Grains.Servers;
using Microsoft.Extensions.Options;

namespace CodeB.Server.Startup;

/// <summary>Registers the servers that the configuration brings along and the registry does not have yet.</summary>
internal sealed partial class FleetRegistration(IGrainFactory grains, IOptions<FleetOptions> options, ILogger<FleetRegistration> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Servers.Count == 0)
            return;
        var known = (await grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key).ListServersAsync()).ToDictionary(s => s.Name);
        foreach (var (name, given) in options.Value.Servers.Where(s => !known.ContainsKey(s.Key)))
        {
            // The configuration pins the key, so a server that is still starting need not answer yet.
            await grains.GetGrain<IServerGrain>(name).AddAsync(
                new Domain.Servers.Server
                {
                    Name = name,
                    Address = given.Address,
                    Port = given.Port,
                    User = given.User,
                    Role = given.Role,
                    HostKey = given.HostKey,
                },
                logIn: false);
            LogRegistered(name, given.Address);
        }
    }

    [LoggerMessage(LogLevel.Information, "Registered server {Name} at {Address} from the configuration")]
    private partial void LogRegistered(string name, string address);
}
