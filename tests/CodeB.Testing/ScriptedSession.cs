using System.Collections.Concurrent;
using System.Text;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Testing;

/// <summary>What a scripted server answers to one command.</summary>
public sealed record Answer(byte[] Output, int ExitCode = 0, string ErrorOutput = "")
{
    public static Answer Empty { get; } = new([]);

    public static Answer Text(string output) => new(Encoding.UTF8.GetBytes(output));

    public static Answer Fails(int exitCode, string errorOutput = "") => new([], exitCode, errorOutput);
}

/// <summary>
/// A server whose answers a function gives: for tests of what is asked, without a machine. Files live in memory, trees are
/// copied to and from the local folder <see cref="Root"/> if it is set.
/// </summary>
public sealed class ScriptedSession(Func<Command, byte[], Answer> answer, string name = "scripted") : IHostSession
{
    private readonly ConcurrentQueue<Command> _commands = new();

    /// <summary>A server that answers every command with success and no output.</summary>
    public ScriptedSession()
        : this((_, _) => Answer.Empty)
    {
    }

    public ServerEndpoint Server { get; } = new(name, "192.0.2.1", 22, "root", "ssh-ed25519 AAAA", null);

    /// <summary>Every command so far, in the order of their start.</summary>
    public IReadOnlyList<Command> Commands => [.. _commands];

    public ConcurrentDictionary<string, (byte[] Content, UnixFileMode Mode)> Files { get; } = new();

    /// <summary>A local folder that stands for the server's / in tree copies.</summary>
    public string? Root { get; init; }

    public Task<CommandResult> RunAsync(Command command, ReadOnlyMemory<byte> input = default, CancellationToken cancellationToken = default)
    {
        var given = Give(command, input.ToArray(), cancellationToken);
        return Task.FromResult(new CommandResult(given.ExitCode, Encoding.UTF8.GetString(given.Output), given.ErrorOutput));
    }

    public async Task ReadAsync(Command command, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _commands.Enqueue(command);
        var given = answer(command, []);
        await consume(new MemoryStream(given.Output, writable: false), cancellationToken);
        Check(command, given);
    }

    public Task WriteAsync(Command command, Func<Stream, CancellationToken, Task> produce, CancellationToken cancellationToken = default) =>
        PipeAsync(command, produce, (_, _) => Task.CompletedTask, cancellationToken);

    public async Task PipeAsync(
        Command command, Func<Stream, CancellationToken, Task> produce, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken = default)
    {
        using var input = new MemoryStream();
        await produce(input, cancellationToken);
        var given = Give(command, input.ToArray(), cancellationToken);
        await consume(new MemoryStream(given.Output, writable: false), cancellationToken);
    }

    public Task WriteFileAsync(string path, ReadOnlyMemory<byte> content, UnixFileMode mode, CancellationToken cancellationToken = default)
    {
        Files[path] = (content.ToArray(), mode);
        return Task.CompletedTask;
    }

    public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken = default) =>
        Task.FromResult(Files.TryGetValue(path, out var file) ? file.Content : null);

    public Task CopyTreeToAsync(string localDirectory, string remoteDirectory, CancellationToken cancellationToken = default)
    {
        Mirror(localDirectory, OnRoot(remoteDirectory));
        return Task.CompletedTask;
    }

    public Task CopyTreeFromAsync(string remoteDirectory, string localDirectory, CancellationToken cancellationToken = default)
    {
        Mirror(OnRoot(remoteDirectory), localDirectory);
        return Task.CompletedTask;
    }

    public Task<IForwardedPort> ForwardAsync(ForwardTarget target, CancellationToken cancellationToken = default) =>
        target is { SocketPath: null, Host: "127.0.0.1" or "localhost" }
            ? Task.FromResult<IForwardedPort>(new SamePort(target.Port))
            : throw new NotSupportedException("a scripted server forwards only its loopback ports, which are this machine's");

    private Answer Give(Command command, byte[] input, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _commands.Enqueue(command);
        var given = answer(command, input);
        Check(command, given);
        return given;
    }

    private void Check(Command command, Answer given)
    {
        if (command.SuccessExitCodes.Contains(given.ExitCode))
            return;
        var display = CommandText.Display(command);
        throw new HostException(HostFailure.CommandFailed, Server.Name, display,
            $"{Server.Name}: {display}: exit code {given.ExitCode}. It said: {given.ErrorOutput}", given.ExitCode, given.ErrorOutput);
    }

    private string OnRoot(string path) => Root is null
        ? throw new InvalidOperationException("set Root to copy trees")
        : Path.Join(Root, path);

    private static void Mirror(string from, string to)
    {
        if (Directory.Exists(to))
            Directory.Delete(to, recursive: true);
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Join(to, Path.GetRelativePath(from, folder)));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Join(to, Path.GetRelativePath(from, file)));
    }

    private sealed record SamePort(int LocalPort) : IForwardedPort
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
