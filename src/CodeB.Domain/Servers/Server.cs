namespace CodeB.Domain.Servers;

/// <summary>What a server is for (seed 004 section 1).</summary>
public enum ServerRole
{
    /// <summary>Containers behind Caddy.</summary>
    Application,

    /// <summary>WebSocket.</summary>
    Streaming,

    /// <summary>PostgreSQL and Redis.</summary>
    Database,

    /// <summary>Backup sets, WAL archive, monitoring.</summary>
    Backup,
}

/// <summary>A machine that CodeB reaches over SSH.</summary>
public sealed record Server
{
    public string Name { get; init; } = "";

    /// <summary>An IP address or a host name.</summary>
    public string Address { get; init; } = "";
    public int Port { get; init; } = 22;
    public string User { get; init; } = "root";
    public ServerRole Role { get; init; }

    /// <summary>The pinned public host key, as in known_hosts without the host: "ssh-ed25519 AAAA…".</summary>
    public string HostKey { get; init; } = "";
    public DateTimeOffset AddedAt { get; init; }
}
