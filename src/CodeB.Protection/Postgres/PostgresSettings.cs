namespace CodeB.Protection.Postgres;

/// <summary>How the project's database is reached on its own server: over the socket, as the account that owns the cluster.</summary>
public sealed record PostgresSettings
{
    /// <summary>The project's database.</summary>
    public string Database { get; init; } = "";

    /// <summary>The folder with the server's socket. Default: Debian's.</summary>
    public string SocketDirectory { get; init; } = "/var/run/postgresql";

    /// <summary>Part of the socket's name. Default 5432.</summary>
    public int Port { get; init; } = 5432;

    /// <summary>The system account with peer access as <see cref="User"/>; null runs as the login account.</summary>
    public string? OsAccount { get; init; } = "postgres";

    /// <summary>A superuser of the cluster.</summary>
    public string User { get; init; } = "postgres";

    /// <summary>Where the client programs are; empty finds them in PATH.</summary>
    public string BinDirectory { get; init; } = "";
}
