using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Testing;

namespace CodeB.Bench.Hosts;

/// <summary>
/// What a remote command and a remote byte cost, on an sshd of its own over loopback, beside the plain ssh client in the same run.
/// Needs root, as sshd does.
/// </summary>
internal static class HostsBench
{
    private const int Sequential = 1000;
    private const int PlainRuns = 40;
    private const long StreamBytes = 1L << 30;

    public static async Task<int> RunAsync()
    {
        await using var sshd = await SshdFixture.StartAsync("bench");
        var session = sshd.Session;
        await session.RunAsync(Command.Of("true"));

        var figures = new Dictionary<string, double>
        {
            ["command_ms_median"] = await MedianAsync(Sequential, () => session.RunAsync(Command.Of("true"))),
            ["commands_64_per_s"] = await At64Async(session),
            ["read_mb_s"] = await ReadAsync(session),
            ["write_mb_s"] = await WriteAsync(session),
            ["mux_ssh_ms_median"] = await MuxSshAsync(sshd),
            ["plain_ssh_ms_median"] = await MedianAsync(PlainRuns, () => SshAsync(sshd, [])),
        };
        foreach (var (name, value) in figures)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-22}{value,10:0.0}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"plain ssh takes {figures["plain_ssh_ms_median"] / figures["command_ms_median"]:0.0} times as long as a command of a session, ssh -S {figures["mux_ssh_ms_median"] / figures["command_ms_median"]:0.0} times"));
        Console.WriteLine(JsonSerializer.Serialize(new { bench = "hosts", figures = figures.ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value, 2)) }));
        return 0;
    }

    private static async Task<double> MedianAsync(int count, Func<Task> run)
    {
        var times = new double[count];
        for (var i = 0; i < count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await run();
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
        Array.Sort(times);
        return times[count / 2];
    }

    private static async Task<double> At64Async(IHostSession session)
    {
        const int Each = 20;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            for (var i = 0; i < Each; i++)
                await session.RunAsync(Command.Of("true"));
        }));
        return 64 * Each / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> ReadAsync(IHostSession session)
    {
        var started = Stopwatch.GetTimestamp();
        await session.ReadAsync(Command.Of("head", "-c", StreamBytes.ToString(CultureInfo.InvariantCulture), "/dev/zero"), async (stream, token) =>
        {
            var buffer = new byte[256 * 1024];
            while (await stream.ReadAsync(buffer, token) > 0)
            {
            }
        });
        return StreamBytes / 1e6 / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> WriteAsync(IHostSession session)
    {
        var started = Stopwatch.GetTimestamp();
        await session.WriteAsync(Command.Of("sh", "-c", "cat > /dev/null"), async (stream, token) =>
        {
            var buffer = new byte[256 * 1024];
            for (var sent = 0L; sent < StreamBytes; sent += buffer.Length)
                await stream.WriteAsync(buffer, token);
        });
        return StreamBytes / 1e6 / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    // OpenSSH's own client over a master: a process a command.
    private static async Task<double> MuxSshAsync(SshdFixture sshd)
    {
        var socket = Path.Join(sshd.Folder, "m");
        await SshAsync(sshd, ["-o", "ControlMaster=yes", "-o", "ControlPersist=60", "-S", socket]);
        var median = await MedianAsync(200, () => SshAsync(sshd, ["-S", socket, "-o", "ProxyCommand=/bin/false"]));
        await SshAsync(sshd, ["-S", socket, "-O", "exit"]);
        return median;
    }

    private static async Task SshAsync(SshdFixture sshd, string[] settings)
    {
        // Nothing is redirected: a master that stays behind would hold the pipes.
        string[] arguments =
        [
            "-q", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-i", sshd.Endpoint.IdentityFile!,
            "-p", sshd.Port.ToString(CultureInfo.InvariantCulture), .. settings, "root@127.0.0.1", "true",
        ];
        using var process = Process.Start(new ProcessStartInfo("ssh", arguments))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"ssh ended with {process.ExitCode}");
    }
}
