using CodeB.Domain.Errors;
using CodeB.V1;
using Model = CodeB.Domain.Servers;
using Seen = CodeB.Grains.Abstractions.Servers;

namespace CodeB.Server.Api.Servers;

/// <summary>Servers and their checks, between the API's messages and the domain's records.</summary>
internal static class ServerMapping
{
    private const int SshPort = 22;

    public static Model.Server ToDomain(this AddServerRequest request) => new()
    {
        Name = request.Name,
        Address = request.Address,
        Port = request.Port == 0 ? SshPort : request.Port,
        User = request.User.Length == 0 ? "root" : request.User,
        Role = request.Role switch
        {
            ServerRole.Application => Model.ServerRole.Application,
            ServerRole.Streaming => Model.ServerRole.Streaming,
            ServerRole.Database => Model.ServerRole.Database,
            ServerRole.Backup => Model.ServerRole.Backup,
            _ => throw DomainException.Invalid("role", "is not given; it is application, streaming, database or backup"),
        },
        HostKey = request.HostKey,
    };

    public static V1.Server ToProto(this Model.Server server, Seen.ServerCheck? check) => new()
    {
        Name = server.Name,
        Address = server.Address,
        Port = server.Port,
        User = server.User,
        Role = server.Role switch
        {
            Model.ServerRole.Application => ServerRole.Application,
            Model.ServerRole.Streaming => ServerRole.Streaming,
            Model.ServerRole.Database => ServerRole.Database,
            Model.ServerRole.Backup => ServerRole.Backup,
            _ => throw new ArgumentOutOfRangeException(nameof(server), server.Role, null),
        },
        HostKey = server.HostKey,
        AddedAt = server.AddedAt.ToProto(),
        LastCheck = check?.ToProto(server.Name),
    };

    public static ServerCheck ToProto(this Seen.ServerCheck check, string server) => new()
    {
        Server = server,
        Reachable = check.Reachable,
        Error = check.Error,
        At = check.At.ToProto(),
        RoundTripMs = check.RoundTripMs,
        Hostname = check.Hostname,
        OperatingSystem = check.OperatingSystem,
        Cpus = check.Cpus,
        MemoryBytes = check.MemoryBytes,
        DiskBytes = check.DiskBytes,
        DiskFreeBytes = check.DiskFreeBytes,
    };
}
