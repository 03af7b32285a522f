using System.Net.Sockets;
using CodeB.Hosts.Commands;

namespace CodeB.Hosts.OpenSsh;

/// <summary>One command that runs on a server: its three streams, its exit, and the way to end it.</summary>
internal sealed class RemoteRun : IDisposable
{
    private readonly SshMaster _master;
    private readonly MuxConnection _mux;
    private readonly Socket _input;
    private readonly Socket _output;
    private readonly Socket _error;
    private readonly byte[] _header;

    private RemoteRun(SshMaster master, MuxConnection mux, byte[] header, Socket input, Socket output, Socket error)
    {
        _master = master;
        _mux = mux;
        _header = header;
        _input = input;
        _output = output;
        _error = error;
        Output = new NetworkStream(output, ownsSocket: false);
    }

    public NetworkStream Output { get; }

    public StderrTail Stderr { get; } = new();

    /// <summary>The exit code; null when the conversation ended without one.</summary>
    public Task<int?> Exit { get; private set; } = null!;

    public Task StderrRead { get; private set; } = null!;

    public static async Task<RemoteRun> StartAsync(SshMaster master, RemoteScript script, CancellationToken cancellationToken)
    {
        var (input, theirInput) = UnixSockets.Pair();
        var (output, theirOutput) = UnixSockets.Pair();
        var (error, theirError) = UnixSockets.Pair();
        var mux = new MuxConnection(master.ControlPath);
        var run = new RemoteRun(master, mux, script.Header, input, output, error);
        try
        {
            using (theirInput)
            using (theirOutput)
            using (theirError)
                await mux.StartAsync(script.Text, theirInput, theirOutput, theirError, cancellationToken);
        }
        catch
        {
            run.Dispose();
            throw;
        }
        run.Exit = mux.WaitForExitAsync();
        run.StderrRead = run.Stderr.ReadAsync(error);
        _ = run.TellGroupAsync();
        return run;
    }

    /// <summary>Sends the environment, then the input, then its end.</summary>
    public async Task FeedAsync(Func<Stream, CancellationToken, Task>? produce, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(_input, ownsSocket: false);
        if (_header.Length > 0)
            await stream.WriteAsync(_header, cancellationToken);
        if (produce is not null)
            await produce(stream, cancellationToken);
        _input.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Whether the command takes no more input. Nothing is ever sent to us on that socket, so it is readable only at its end.</summary>
    public bool IsInputClosed => _input.Poll(0, SelectMode.SelectRead);

    /// <summary>Ends the remote process group: TERM now, KILL after the grace. Returns when it has ended or cannot be waited for.</summary>
    public async Task EndAsync(TimeSpan grace)
    {
        try
        {
            var group = await Stderr.Group.WaitAsync(TimeSpan.FromSeconds(2));
            await _master.TellKeeperAsync('k', group);
            // A process that ignores TERM may hold its output full; let it run into nothing until KILL comes.
            _ = DrainAsync();
            await Exit.WaitAsync(grace + TimeSpan.FromSeconds(2));
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // It never told its group, or the connection is as good as gone: the keeper ends it on the other side.
        }
    }

    public async Task DrainAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await _output.ReceiveAsync(buffer) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other end is gone; there is nothing more to drain.
        }
    }

    /// <summary>After the exit: when the server has closed the session, at the latest after 2 s.</summary>
    public Task ClosedAsync() =>
        _mux.WaitForCloseAsync().WaitAsync(TimeSpan.FromSeconds(2));

    public void Dispose()
    {
        Output.Dispose();
        _input.Dispose();
        _output.Dispose();
        _error.Dispose();
        _mux.Dispose();
    }

    private async Task TellGroupAsync()
    {
        try
        {
            var group = await Stderr.Group;
            await _master.TellKeeperAsync('+', group);
            await Exit;
            await _master.TellKeeperAsync('-', group);
        }
        catch (OperationCanceledException)
        {
            // It ended before it told a group; there is none to keep.
        }
    }
}
