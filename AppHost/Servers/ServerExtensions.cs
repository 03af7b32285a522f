using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CodeB.AppHost.Servers;

public static class ServerExtensions
{
    /// <summary>Adds a server of the topology; its name is its role.</summary>
    public static IResourceBuilder<ServerResource> AddServer(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> topology)
    {
        var server = new ServerResource(name, role: name, builder.AppHostDirectory, topology.Resource);
        var check = $"{name}_ssh";
        builder.Services.AddHealthChecks().AddAsyncCheck(check, token => SshAnswersAsync(server, token));
        return builder.AddResource(server)
            .WithArgs("run", topology.Resource, name, server.Role)
            .WithHealthCheck(check);
    }

    /// <summary>Tells a service of the servers that it looks after, and how to reach each.</summary>
    public static IResourceBuilder<T> WithFleet<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<ParameterResource> topology, params IResourceBuilder<ServerResource>[] servers)
        where T : IResourceWithEnvironment, IResourceWithWaitSupport
    {
        foreach (var server in servers)
        {
            var prefix = $"Fleet__Servers__{server.Resource.Name}__";
            builder
                .WithEnvironment($"{prefix}Address", server.Resource.Address)
                .WithEnvironment($"{prefix}Port", "22")
                .WithEnvironment($"{prefix}User", "root")
                .WithEnvironment($"{prefix}Role", RoleInFleet(server.Resource.Role))
                .WithEnvironment(context => context.EnvironmentVariables[$"{prefix}HostKey"] = server.Resource.HostKey)
                .WaitFor(server);
        }

        return builder.WithEnvironment("Fleet__IdentityFile", $"/var/lib/codeb/topology/{topology}/id_ed25519");
    }

    // The control plane's own words for what a server is for.
    private static string RoleInFleet(string role) => role switch
    {
        "app" => "Application",
        "storage" => "Database",
        _ => role,
    };

    // The machine starts sshd last, so its greeting says that the role's services are up as well.
    private static async Task<HealthCheckResult> SshAnswersAsync(ServerResource server, CancellationToken cancellationToken)
    {
        var address = await server.Address.GetValueAsync(cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(address!, 22, limit.Token);
            var greeting = new byte[4];
            await socket.GetStream().ReadExactlyAsync(greeting, limit.Token);
            return Encoding.ASCII.GetString(greeting) == "SSH-"
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"{address}:22 is not an SSH server.");
        }
        catch (Exception e) when (e is SocketException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return HealthCheckResult.Unhealthy($"{address}:22 does not answer: {e.Message}");
        }
    }
}
