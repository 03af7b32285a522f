using System.Diagnostics;
using System.Globalization;
using CodeB.Domain.Errors;
using CodeB.Domain.Servers;
using CodeB.Grains.Abstractions.Servers;
using CodeB.Hosts.Sessions;

namespace CodeB.Grains.Servers;

internal sealed class ServerGrain(Fleet fleet, TimeProvider time) : Grain, IServerGrain
{
    private ServerCheck? _lastCheck;

    async Task<Server> IServerGrain.AddAsync(Server server, bool logIn)
    {
        ServerRules.Check(server);
        if ((await fleet.Registry.ListServersAsync()).Exists(s => s.Name == server.Name))
            throw DomainException.AlreadyExists($"a server named {server.Name} is registered; choose another name or remove it first (we server remove {server.Name})");
        if (server.HostKey.Length == 0)
            server = server with { HostKey = await fleet.Sessions.ScanHostKeyAsync(server.Address, server.Port) };
        if (logIn)
        {
            try
            {
                _lastCheck = await LookAsync(fleet.Sessions.For(fleet.EndpointOf(server)));
            }
            catch
            {
                // The session holds the refused key and address; a corrected call starts anew.
                await fleet.Sessions.CloseAsync(server.Name);
                throw;
            }
        }

        await fleet.Registry.AddServerAsync(server);
        return await fleet.Registry.GetServerAsync(server.Name);
    }

    async Task<ServerCheck> IServerGrain.CheckAsync()
    {
        var session = await fleet.SessionAsync(this.GetPrimaryKeyString());
        try
        {
            _lastCheck = await LookAsync(session);
        }
        catch (HostException error)
        {
            _lastCheck = new ServerCheck { Reachable = false, Error = error.Message, At = time.GetUtcNow() };
        }

        return _lastCheck;
    }

    Task<ServerCheck?> IServerGrain.LastCheckAsync() => Task.FromResult(_lastCheck);

    async Task<List<int>> IServerGrain.ListeningPortsAsync()
    {
        var session = await fleet.SessionAsync(this.GetPrimaryKeyString());
        return ServerCommands.ParseListening((await session.RunAsync(ServerCommands.Listening())).Output);
    }

    async Task IServerGrain.RemoveAsync()
    {
        var name = this.GetPrimaryKeyString();
        await fleet.Registry.RemoveServerAsync(name);
        await fleet.Sessions.CloseAsync(name);
        _lastCheck = null;
        DeactivateOnIdle();
    }

    private async Task<ServerCheck> LookAsync(IHostSession session)
    {
        // The first command may have to open the connection; the second one is the round trip.
        var hostname = await session.RunAsync(ServerCommands.Hostname());
        var started = Stopwatch.GetTimestamp();
        await session.RunAsync(ServerCommands.Nothing());
        var roundTrip = Stopwatch.GetElapsedTime(started);

        var release = session.RunAsync(ServerCommands.OsRelease());
        var cpus = session.RunAsync(ServerCommands.Cpus());
        var memory = session.RunAsync(ServerCommands.Memory());
        var disk = session.RunAsync(ServerCommands.Disk());
        await Task.WhenAll(release, cpus, memory, disk);
        var (size, free) = ServerCommands.ParseDisk((await disk).Output);
        return new ServerCheck
        {
            Reachable = true,
            At = time.GetUtcNow(),
            RoundTripMs = Math.Round(roundTrip.TotalMilliseconds, 2),
            Hostname = hostname.Output.Trim(),
            OperatingSystem = ServerCommands.ParsePrettyName((await release).Output),
            Cpus = int.Parse((await cpus).Output, CultureInfo.InvariantCulture),
            MemoryBytes = ServerCommands.ParseMemory((await memory).Output),
            DiskBytes = size,
            DiskFreeBytes = free,
        };
    }
}
