using CodeB.Domain.Servers;
using Orleans.Concurrency;

namespace CodeB.Grains.Abstractions.Servers;

/// <summary>Key <c>storage</c>: one server's registration and what was last seen of it.</summary>
public interface IServerGrain : IGrainWithStringKey
{
    /// <summary>
    /// Registers the server. Without a host key the one that it shows is pinned.
    /// </summary>
    /// <param name="server">Checked before anything is reached.</param>
    /// <param name="logIn">Log in first and register only if that works.</param>
    Task<Server> AddAsync(Server server, bool logIn);

    /// <summary>Logs in now and says what it found; an unreachable server is an answer, not an error.</summary>
    [AlwaysInterleave]
    Task<ServerCheck> CheckAsync();

    /// <summary>The last check, or null if there was none since CodeB started.</summary>
    [AlwaysInterleave]
    Task<ServerCheck?> LastCheckAsync();

    /// <summary>The TCP ports on which something listens there now, whatever the address. UNAVAILABLE where the server is away.</summary>
    [AlwaysInterleave]
    Task<List<int>> ListeningPortsAsync();

    /// <summary>Takes it out of the registry and closes its connection.</summary>
    Task RemoveAsync();
}

[GenerateSerializer]
[Alias("codeb.ServerCheck")]
public sealed record ServerCheck
{
    [Id(0)]
    public bool Reachable { get; init; }

    /// <summary>Why it was not reachable, and what to do.</summary>
    [Id(1)]
    public string Error { get; init; } = "";

    [Id(2)]
    public DateTimeOffset At { get; init; }

    /// <summary>Time of one command's round trip, in milliseconds.</summary>
    [Id(3)]
    public double RoundTripMs { get; init; }

    [Id(4)]
    public string Hostname { get; init; } = "";

    [Id(5)]
    public string OperatingSystem { get; init; } = "";

    [Id(6)]
    public int Cpus { get; init; }

    [Id(7)]
    public long MemoryBytes { get; init; }

    /// <summary>Size of the file system that holds /opt.</summary>
    [Id(8)]
    public long DiskBytes { get; init; }

    [Id(9)]
    public long DiskFreeBytes { get; init; }
}
