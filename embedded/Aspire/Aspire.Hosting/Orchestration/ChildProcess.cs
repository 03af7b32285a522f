using System.Diagnostics;
using System.Globalization;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// A process that cannot outlive this one. A small shell stands between: it holds the read end of a pipe, and when the
/// pipe closes, by <see cref="StopAsync"/> or by this process's end however sudden, it sends SIGTERM to the child's
/// group and SIGKILL after <see cref="StopLimit"/>. When the shell itself is killed the kernel kills the child.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private const string Supervise = """
        limit=$1; shift
        exec 3<&0 </dev/null
        setsid setpriv --pdeathsig KILL /bin/sh -c 'echo "$$"; exec "$@"' sh "$@" 3<&- &
        child=$!
        (
          while read -r line <&3; do :; done
          kill -s TERM -- "-$child"
          left=$((limit * 20))
          while kill -s 0 -- "-$child" && [ $left -gt 0 ]; do sleep 0.05; left=$((left - 1)); done
          kill -s KILL -- "-$child"
        ) >/dev/null 2>&1 &
        watcher=$!
        # Only now: what a shell ignores its children ignore for good.
        trap '' TERM INT HUP
        exec 2>/dev/null
        wait "$child"
        code=$?
        kill -KILL "$watcher"
        kill -s KILL -- "-$child"
        exit $code
        """;

    private readonly Process _process;
    private readonly Action<string, bool> _output;
    private readonly TaskCompletionSource<int> _pid = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process, Action<string, bool> output)
    {
        _process = process;
        _output = output;
        Exited = RunAsync();
    }

    /// <summary>The child's own process id, not the shell's; 0 when it ended before it could tell.</summary>
    public Task<int> ProcessId => _pid.Task;

    /// <summary>Completes with the exit code when the process has ended; 128 and the signal's number when one ended it.</summary>
    public Task<int> Exited { get; }

    /// <exception cref="FileNotFoundException">There is no such command.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such working directory.</exception>
    public static ChildProcess Start(
        string command,
        IEnumerable<string> arguments,
        string workingDirectory,
        IReadOnlyDictionary<string, string> environment,
        Action<string, bool> output)
    {
        if (!Directory.Exists(workingDirectory))
            throw new DirectoryNotFoundException($"The working directory '{workingDirectory}' does not exist.");
        var start = new ProcessStartInfo("/bin/sh")
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Supervise);
        start.ArgumentList.Add("supervise");
        start.ArgumentList.Add(((int)StopLimit.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(Resolve(command, workingDirectory));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(Process.Start(start)!, output);
    }

    /// <summary>Asks the process to end, makes it end after <see cref="StopLimit"/>, and waits for that.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await Exited.ConfigureAwait(false);
    }

    public void Dispose() => _process.Dispose();

    private static string Resolve(string command, string workingDirectory)
    {
        if (command.Contains('/'))
        {
            var path = Path.GetFullPath(command, workingDirectory);
            return File.Exists(path) ? path : throw new FileNotFoundException($"There is no command '{path}'.");
        }

        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(directory => Path.Combine(directory, command))
            .FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"There is no command '{command}' in PATH.");
    }

    private async Task<int> RunAsync()
    {
        var output = ReadOutputAsync();
        var errors = ReadAsync(_process.StandardError, isError: true);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        // A daemon that the child left in a session of its own may hold the pipes for ever.
        await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
        _pid.TrySetResult(0);
        return _process.ExitCode;
    }

    private async Task ReadOutputAsync()
    {
        var first = await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false);
        if (int.TryParse(first, CultureInfo.InvariantCulture, out var pid))
            _pid.TrySetResult(pid);
        await ReadAsync(_process.StandardOutput, isError: false).ConfigureAwait(false);
    }

    private async Task ReadAsync(StreamReader reader, bool isError)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            _output(line, isError);
    }
}
