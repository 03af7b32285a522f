using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Hosts.OpenSsh;

/// <summary>A server over OpenSSH: every command goes through <see cref="ExecuteAsync"/>.</summary>
internal sealed partial class OpenSshSession(ServerEndpoint server, SshConnections connections, OpenSshOptions options, HostTelemetry telemetry)
    : IHostSession
{
    private const int LargestOutput = 16 << 20;

    public ServerEndpoint Server => server;

    public async Task<CommandResult> RunAsync(Command command, ReadOnlyMemory<byte> input = default, CancellationToken cancellationToken = default)
    {
        var (exitCode, output, errorOutput) = await RunForBytesAsync(command, input, cancellationToken);
        return new CommandResult(exitCode, Encoding.UTF8.GetString(output), errorOutput);
    }

    public Task ReadAsync(Command command, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, null, consume, allInputCounts: false, cancellationToken);

    public Task WriteAsync(Command command, Func<Stream, CancellationToken, Task> produce, CancellationToken cancellationToken = default) =>
        PipeAsync(command, produce, (_, _) => Task.CompletedTask, cancellationToken);

    public Task PipeAsync(
        Command command, Func<Stream, CancellationToken, Task> produce, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken = default) =>
        ExecuteAsync(command, produce, consume, allInputCounts: true, cancellationToken);

    private async Task<(int ExitCode, byte[] Output, string ErrorOutput)> RunForBytesAsync(
        Command command, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        var (exitCode, errorOutput) = await ExecuteAsync(
            command,
            input.IsEmpty ? null : async (stream, token) => await stream.WriteAsync(input, token),
            (stream, token) => CopyAsync(stream, output, command, token),
            allInputCounts: false,
            cancellationToken);
        return (exitCode, output.ToArray(), errorOutput);
    }

    private async Task CopyAsync(Stream from, MemoryStream to, Command command, CancellationToken cancellationToken)
    {
        var buffer = new byte[8192];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (to.Length + read > LargestOutput)
                throw SshErrors.TooMuchOutput(server, command, LargestOutput);
            to.Write(buffer, 0, read);
        }
    }

    private async Task<(int ExitCode, string ErrorOutput)> ExecuteAsync(
        Command command, Func<Stream, CancellationToken, Task>? produce, Func<Stream, CancellationToken, Task> consume, bool allInputCounts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var script = RemoteScript.For(command);
        using var activity = telemetry.StartCommand(server, command);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var result = await StartAndFinishAsync();
            telemetry.Ended(activity, server, command, result.ExitCode, Stopwatch.GetElapsedTime(started));
            return result;
        }
        catch (Exception e)
        {
            telemetry.Failed(activity, server, command, e, Stopwatch.GetElapsedTime(started));
            throw;
        }

        async Task<(int ExitCode, string ErrorOutput)> StartAndFinishAsync()
        {
            for (var attempt = 1; ; attempt++)
            {
                using var place = await connections.TakeAsync(cancellationToken);
                using var limit = new CancellationTokenSource(command.Timeout);
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
                if (await TryStartAsync(place, script, command, attempt, stop.Token, cancellationToken) is not { } run)
                    continue;
                using (run)
                {
                    var result = await FinishAsync(run, place.Master, command, produce, consume, allInputCounts, stop.Token, cancellationToken);
                    // The place is free only when the server has let go of the session.
                    await run.ClosedAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return result;
                }
            }
        }
    }

    /// <summary>The running command, or null where nothing was started and the call should try again.</summary>
    private async Task<RemoteRun?> TryStartAsync(
        SshConnections.Place place, RemoteScript script, Command command, int attempt, CancellationToken stop, CancellationToken cancellationToken)
    {
        try
        {
            return await RemoteRun.StartAsync(place.Master, script, stop);
        }
        catch (MuxRefusedException e)
        {
            return place.Refused() ? null : throw SshErrors.NoSession(server, command, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw SshErrors.TimedOut(server, command, "");
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            // The connection went before the command started: a new one may try again, once.
            if (attempt > 1)
                throw SshErrors.Lost(server, command, "", e);
            await place.Master.Ended.WaitAsync(TimeSpan.FromSeconds(5), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }
    }

    private async Task<(int ExitCode, string ErrorOutput)> FinishAsync(
        RemoteRun run, SshMaster master, Command command, Func<Stream, CancellationToken, Task>? produce,
        Func<Stream, CancellationToken, Task> consume, bool allInputCounts, CancellationToken stop, CancellationToken cancellationToken)
    {
        using var feeding = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var input = run.FeedAsync(produce, feeding.Token);
        var output = ConsumeAsync();
        var ended = Task.WhenAll(output, run.Exit, run.StderrRead);
        try
        {
            await FirstTroubleAsync(run, ended, input, output, stop);
        }
        catch (Exception e)
        {
            // Output that ended too soon because the command failed is not the cause; what the command says is.
            if (e is EndOfStreamException)
                await ((Task)run.Exit).WaitAsync(TimeSpan.FromSeconds(1), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var isOver = run.Exit.IsCompleted;
            if (!isOver)
                await run.EndAsync(options.KillGrace);
            await feeding.CancelAsync();
            await reading.CancelAsync();
            // The caller's functions must have let go of their streams before the caller goes on.
            await Task.WhenAll(input, output).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (stop.IsCancellationRequested)
                throw SshErrors.TimedOut(server, command, run.Stderr.Text);
            if (isOver)
            {
                await run.StderrRead.WaitAsync(TimeSpan.FromSeconds(1), CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await CheckAsync(run, master, command, e);
            }
            throw;
        }

        var exitCode = await CheckAsync(run, master, command, null);
        await StopFeedingAsync(input, feeding, run, command, allInputCounts, cancellationToken);
        return (exitCode, CommandText.Redact(command, run.Stderr.Text));

        async Task ConsumeAsync()
        {
            await consume(run.Output, reading.Token);
            await run.DrainAsync();
        }
    }

    // The command has succeeded. Input it did not want is no error for a short command, but it is for a stream: bytes were lost.
    private async Task StopFeedingAsync(
        Task input, CancellationTokenSource feeding, RemoteRun run, Command command, bool allInputCounts, CancellationToken cancellationToken)
    {
        if (!input.IsCompleted)
            await input.WaitAsync(TimeSpan.FromSeconds(allInputCounts ? 2 : 0), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await feeding.CancelAsync();
        await input.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (allInputCounts && !input.IsCompletedSuccessfully)
            throw SshErrors.InputNotRead(server, command, run.Stderr.Text);
    }

    private static async Task FirstTroubleAsync(RemoteRun run, Task ended, Task input, Task output, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetCanceled(stop));
        var watched = new List<Task> { ended, input, output, stopped.Task };
        while (true)
        {
            var first = await Task.WhenAny(watched);
            // Input that the command did not want is judged when it has ended, together with its exit code.
            var isUnwanted = first == input && first.Exception?.InnerException is (IOException or SocketException) && run.IsInputClosed;
            if (!isUnwanted)
                await first;
            if (first == ended)
                return;
            watched.Remove(first);
        }
    }

    /// <summary>The exit code, if it is one of the good ones.</summary>
    private async Task<int> CheckAsync(RemoteRun run, SshMaster master, Command command, Exception? inner)
    {
        if (await run.Exit is not { } exitCode)
        {
            await master.Ended.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var said = run.Stderr.Text;
            throw master.IsAlive ? SshErrors.Killed(server, command, said, inner) : SshErrors.Lost(server, command, said, inner);
        }
        if (command.PipeTo is null)
            return command.SuccessExitCodes.Contains(exitCode) ? exitCode : throw SshErrors.Failed(server, command, command, exitCode, run.Stderr.Text, inner);

        var parts = RemoteScript.Parts(command);
        if (run.Stderr.PartCodes is not { } codes || codes.Length != parts.Count)
            throw SshErrors.Failed(server, command, command, exitCode == 0 ? 1 : exitCode, run.Stderr.Text, inner);
        var failed = Enumerable.Range(0, parts.Count).Where(i => !parts[i].SuccessExitCodes.Contains(codes[i])).ToArray();
        if (failed.Length == 0)
            return codes[^1];
        // A part that lost its reader (SIGPIPE) is a consequence; the reader's own failure is the cause.
        var cause = failed.FirstOrDefault(i => codes[i] != 141, failed[0]);
        throw SshErrors.Failed(server, command, parts[cause], codes[cause], run.Stderr.Text, inner);
    }
}
