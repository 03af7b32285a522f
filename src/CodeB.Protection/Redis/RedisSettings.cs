namespace CodeB.Protection.Redis;

/// <summary>How the project's Redis is reached and restarted on its own server. The password is given apart from these.</summary>
public sealed record RedisSettings
{
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Default 6379; not used with a socket.</summary>
    public int Port { get; init; } = 6379;

    /// <summary>A UNIX socket instead of host and port.</summary>
    public string? SocketPath { get; init; }

    /// <summary>Redis' <c>dir</c>. A restore renames it, so it must not be a mount point itself.</summary>
    public string DataDirectory { get; init; } = "/var/lib/redis";

    /// <summary>The account that owns the data; null is the login account.</summary>
    public string? OsAccount { get; init; } = "redis";

    public string DumpFile { get; init; } = "dump.rdb";
    public string AppendFile { get; init; } = "appendonly.aof";

    /// <summary>Where Redis 7 keeps the append-only files, below the data directory.</summary>
    public string AppendDirectory { get; init; } = "appendonlydir";

    public string ServerProgram { get; init; } = "redis-server";

    /// <summary>Program and arguments that stop the service and return when it has stopped.</summary>
    public IReadOnlyList<string> StopCommand { get; init; } = ["service", "redis-server", "stop"];

    /// <summary>Program and arguments that start the service.</summary>
    public IReadOnlyList<string> StartCommand { get; init; } = ["service", "redis-server", "start"];
}
