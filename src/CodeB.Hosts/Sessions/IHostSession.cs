using CodeB.Hosts.Commands;

namespace CodeB.Hosts.Sessions;

/// <summary>
/// One server, over one multiplexed OpenSSH connection that is opened on first use and healed by the next call after a loss.
/// All members may be used concurrently. All throw <see cref="HostException"/> with the host, the command (secrets removed)
/// and the end of its stderr, and end the remote process group when cancelled or timed out.
/// </summary>
public interface IHostSession
{
    ServerEndpoint Server { get; }

    /// <summary>Runs a command to its end and returns its output (at most 16 MiB; more is an error: use a stream).</summary>
    /// <param name="command">The command.</param>
    /// <param name="input">Given to its standard input, if any.</param>
    /// <param name="cancellationToken">Ends the remote process group.</param>
    Task<CommandResult> RunAsync(Command command, ReadOnlyMemory<byte> input = default, CancellationToken cancellationToken = default);

    /// <summary>Streams a command's standard output into <paramref name="consume"/>. Returns after the command has succeeded.</summary>
    Task ReadAsync(Command command, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken = default);

    /// <summary>Streams what <paramref name="produce"/> writes into a command's standard input. Returns after the command has succeeded.</summary>
    Task WriteAsync(Command command, Func<Stream, CancellationToken, Task> produce, CancellationToken cancellationToken = default);

    /// <summary>
    /// Both at once: streams what <paramref name="produce"/> writes into a command's standard input and its standard output into
    /// <paramref name="consume"/>. When <paramref name="produce"/> throws, the command is ended before it sees the end of its input.
    /// </summary>
    Task PipeAsync(
        Command command, Func<Stream, CancellationToken, Task> produce, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken = default);

    /// <summary>Writes a file whole or not at all: temporary name beside it, mode, owner, fsync, rename. Makes missing folders.</summary>
    /// <param name="path">Absolute path on the server.</param>
    /// <param name="content">The whole content.</param>
    /// <param name="mode">Such as 0600 in octal: <c>Convert.ToInt32("600", 8)</c>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task WriteFileAsync(string path, ReadOnlyMemory<byte> content, UnixFileMode mode, CancellationToken cancellationToken = default);

    /// <summary>Reads a file (at most 16 MiB). Null where there is none.</summary>
    Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>Copies a local tree to the server with rsync; afterwards the target equals the source.</summary>
    Task CopyTreeToAsync(string localDirectory, string remoteDirectory, CancellationToken cancellationToken = default);

    /// <summary>Copies a tree of the server to a local folder with rsync; afterwards the target equals the source.</summary>
    Task CopyTreeFromAsync(string remoteDirectory, string localDirectory, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes a port (host, port as seen from the server) or a UNIX socket of the server reachable on loopback until disposed.
    /// </summary>
    Task<IForwardedPort> ForwardAsync(ForwardTarget target, CancellationToken cancellationToken = default);
}

/// <summary>What a finished command left. Text is UTF-8.</summary>
public sealed record CommandResult(int ExitCode, string Output, string ErrorOutput);

/// <summary>A TCP port as the server sees it, or a socket file on it.</summary>
public sealed record ForwardTarget(string? Host, int Port, string? SocketPath)
{
    public static ForwardTarget Tcp(string host, int port) => new(host, port, null);

    public static ForwardTarget Socket(string path) => new(null, 0, path);
}

/// <summary>A local end of a forwarded port; disposing ends the forwarding.</summary>
public interface IForwardedPort : IAsyncDisposable
{
    /// <summary>The port on 127.0.0.1.</summary>
    int LocalPort { get; }
}

/// <summary>Gives the session of a server; one connection a server is shared by all who ask.</summary>
public interface IHostSessions : IAsyncDisposable
{
    IHostSession For(ServerEndpoint server);

    /// <summary>Reads the host key a server shows, to pin it at registration (ssh-keyscan, ed25519 first).</summary>
    Task<string> ScanHostKeyAsync(string address, int port, CancellationToken cancellationToken = default);

    /// <summary>Closes a server's connection, for instance because it was removed from the fleet.</summary>
    Task CloseAsync(string serverName);
}
