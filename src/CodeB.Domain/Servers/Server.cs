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
[GenerateSerializer]
[Alias("codeb.Server")]
public sealed record Server
{
    [Id(0)]
    public string Name { get; init; } = "";

    /// <summary>An IP address or a host name.</summary>
    [Id(1)]
    public string Address { get; init; } = "";
    [Id(2)]
    public int Port { get; init; } = 22;
    [Id(3)]
    public string User { get; init; } = "root";
    [Id(4)]
    public ServerRole Role { get; init; }

    /// <summary>The pinned public host key, as in known_hosts without the host: "ssh-ed25519 AAAA…".</summary>
    [Id(5)]
    public string HostKey { get; init; } = "";
    [Id(6)]
    public DateTimeOffset AddedAt { get; init; }
}
