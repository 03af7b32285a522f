using System.Diagnostics;

using Npgsql;

namespace CodeB.Tests;

/// <summary>A PostgreSQL server of one test class's own: in a temporary folder, on a Unix socket, gone afterwards.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string Programs = "/usr/lib/postgresql/15/bin";

    private readonly string _folder = Directory.CreateTempSubdirectory("codeb-pg-").FullName;

    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder { Host = _folder, Username = "postgres", Database = "postgres", Pooling = false }.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        var data = Path.Combine(_folder, "data");
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", "postgres:", _folder);
        }

        await RunAsPostgresAsync("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync");
        await RunAsPostgresAsync("pg_ctl", "-D", data, "-w", "-l", Path.Combine(_folder, "log"),
            "-o", $"-c listen_addresses='' -c unix_socket_directories={_folder} -c fsync=off", "start");
    }

    /// <summary>A new empty database; its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"db_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name, Pooling = true }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await RunAsPostgresAsync("pg_ctl", "-D", Path.Combine(_folder, "data"), "-w", "-m", "immediate", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    // PostgreSQL refuses to run as root.
    private static Task RunAsPostgresAsync(string program, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", "--reset-env", $"{Programs}/{program}", .. arguments])
        : RunAsync($"{Programs}/{program}", arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // The output goes to a file: a server that inherits a pipe would keep its reader waiting.
        var start = new ProcessStartInfo("sh") { WorkingDirectory = "/", RedirectStandardError = true };
        foreach (var argument in (string[])["-c", "log=$(mktemp); \"$@\" >\"$log\" 2>&1 </dev/null; code=$?; [ $code = 0 ] || cat \"$log\" >&2; rm \"$log\"; exit $code", "sh", program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var errors = await process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors}");
        }
    }
}
