using CodeB.Domain.Servers;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Hosts.Sessions;
using Microsoft.Extensions.Options;

namespace CodeB.Grains.Servers;

/// <summary>How CodeB logs in to its fleet, and the servers that a configuration brings along.</summary>
public sealed class FleetOptions
{
    /// <summary>
    /// The private key for all servers. Default: none, then ssh_config and the agent of the account that runs CodeB decide.
    /// </summary>
    public string? IdentityFile { get; set; }

    /// <summary>Servers registered at start-up if they are not yet. Default: none; `we server add` registers them.</summary>
    public Dictionary<string, FleetServerOptions> Servers { get; set; } = [];
}

/// <summary>One server that the configuration brings along.</summary>
public sealed class FleetServerOptions
{
    public string Address { get; set; } = "";

    public int Port { get; set; } = 22;

    public string User { get; set; } = "root";

    public ServerRole Role { get; set; }

    /// <summary>The public host key that is pinned. Default: the one that the server shows at registration.</summary>
    public string HostKey { get; set; } = "";
}

/// <summary>From a server's name to a session with it.</summary>
public sealed class Fleet(IGrainFactory grains, IHostSessions sessions, IOptions<FleetOptions> options)
{
    public IHostSessions Sessions => sessions;

    public IRegistryGrain Registry => grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key);

    /// <summary>NOT_FOUND if no server has that name. Nothing is reached yet.</summary>
    public async Task<IHostSession> SessionAsync(string server) => sessions.For(EndpointOf(await Registry.GetServerAsync(server)));

    public ServerEndpoint EndpointOf(Server server) =>
        new(server.Name, server.Address, server.Port, server.User, server.HostKey, options.Value.IdentityFile);
}
