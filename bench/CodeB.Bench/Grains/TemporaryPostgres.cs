using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CodeB.Bench.Grains;

/// <summary>A PostgreSQL 15 of the bench's own, in a temporary folder, with its default durability.</summary>
internal sealed class TemporaryPostgres : IAsyncDisposable
{
    private const string Programs = "/usr/lib/postgresql/15/bin";

    private readonly string _folder;

    private TemporaryPostgres(string folder, int port)
    {
        _folder = folder;
        ConnectionString = $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Maximum Pool Size=32";
    }

    public string ConnectionString { get; }

    public static async Task<TemporaryPostgres> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("codeb-bench-pg-").FullName;
        var port = FreePort();
        var postgres = new TemporaryPostgres(folder, port);
        // PostgreSQL refuses to run as root; the folder must belong to the user that runs it.
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres", folder);
        await postgres.RunAsUserAsync($"{Programs}/initdb", "-D", $"{folder}/data", "-U", "postgres", "-A", "trust");
        await postgres.RunAsUserAsync(
            $"{Programs}/pg_ctl", "start", "-w", "-D", $"{folder}/data", "-l", $"{folder}/log",
            "-o", $"-p {port} -h 127.0.0.1 -k {folder}");
        return postgres;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsUserAsync($"{Programs}/pg_ctl", "stop", "-m", "immediate", "-D", $"{_folder}/data");
        Directory.Delete(_folder, recursive: true);
    }

    private Task RunAsUserAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("runuser", ["-u", "postgres", "--", program, .. arguments])
        : RunAsync(program, arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // The server inherits no pipe: reading its output to the end would wait for it to stop.
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]) { WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
