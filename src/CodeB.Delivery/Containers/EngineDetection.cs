using System.Runtime.CompilerServices;
using CodeB.Domain.Errors;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Containers;

/// <summary>Which container engine a server has, asked once for each session.</summary>
public static class EngineDetection
{
    private const string Podman = "podman";
    private const string Docker = "docker";

    private static readonly ConditionalWeakTable<IHostSession, string> Known = [];

    /// <summary>
    /// The engine that the settings name; for <see cref="ContainerSettings.Auto"/> podman if the server has it, else docker. A
    /// server with both keeps the engine under which CodeB's containers are: a podman that is installed later changes nothing.
    /// </summary>
    /// <exception cref="DomainException">FailedPrecondition: the server has none.</exception>
    public static async ValueTask<string> NameAsync(IHostSession host, ContainerSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Engine != ContainerSettings.Auto)
            return settings.Engine;
        if (Known.TryGetValue(host, out var known))
            return known;
        var found = await FindAsync(host, settings, cancellationToken);
        Known.AddOrUpdate(host, found);
        return found;
    }

    internal static Command Look() => Command.Of("sh", "-c", "command -v podman; command -v docker; true");

    private static async Task<string> FindAsync(IHostSession host, ContainerSettings settings, CancellationToken cancellationToken)
    {
        var look = await host.RunAsync(Look(), cancellationToken: cancellationToken);
        var there = look.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Path.GetFileName).ToHashSet();
        switch (there.Contains(Podman), there.Contains(Docker))
        {
            case (false, false):
                throw DomainException.Precondition($"{host.Server.Name}: neither podman nor docker is installed there; install one (apt-get install podman)");
            case (false, true):
                return Docker;
            case (true, false):
                return Podman;
            default:
                var ours = await HasOursAsync(host, settings, Docker, cancellationToken)
                    && !await HasOursAsync(host, settings, Podman, cancellationToken);
                return ours ? Docker : Podman;
        }
    }

    private static async Task<bool> HasOursAsync(IHostSession host, ContainerSettings settings, string engine, CancellationToken cancellationToken)
    {
        try
        {
            var ids = await host.RunAsync(new ContainerCommands(settings with { Engine = engine }).OwnIds(), cancellationToken: cancellationToken);
            return ids.Output.Trim().Length > 0;
        }
        catch (HostException error) when (error.Failure == HostFailure.CommandFailed)
        {
            // A client whose daemon does not run holds nothing.
            return false;
        }
    }
}
