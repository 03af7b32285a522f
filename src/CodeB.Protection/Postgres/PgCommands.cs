using System.Collections.Immutable;
using System.Globalization;
using CodeB.Hosts.Commands;

namespace CodeB.Protection.Postgres;

/// <summary>PostgreSQL's command lines. SQL goes in on standard input, so that none stands in a process list.</summary>
public static class PgCommands
{
    public const string MaintenanceDatabase = "postgres";

    private static readonly TimeSpan Long = TimeSpan.FromHours(6);

    /// <summary>
    /// The custom format without compression of its own: the data path compresses better and faster, and <c>pg_restore</c> can
    /// still pick single tables from it.
    /// </summary>
    public static Command Dump(PostgresSettings settings) =>
        Client(settings, "pg_dump", settings.Database, "--format=custom", "--compress=0") with { Timeout = Long };

    /// <summary>Reads an archive on standard input; the first error ends it.</summary>
    public static Command Restore(PostgresSettings settings, string database) =>
        Client(settings, "pg_restore", database, "--exit-on-error") with { Timeout = Long };

    /// <summary>Runs the SQL of standard input: unaligned rows, no headers, the first error ends it.</summary>
    public static Command Psql(PostgresSettings settings, string database) =>
        Client(settings, "psql", database, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--file=-")
            with
        { Timeout = TimeSpan.FromMinutes(10) };

    private static Command Client(PostgresSettings settings, string program, string database, params ReadOnlySpan<string> options) =>
        Command.Of(
            settings.BinDirectory.Length == 0 ? program : $"{settings.BinDirectory.TrimEnd('/')}/{program}",
            [
                "--no-password",
                $"--host={settings.SocketDirectory}",
                $"--port={settings.Port.ToString(CultureInfo.InvariantCulture)}",
                $"--username={settings.User}",
                $"--dbname={database}",
                .. options,
            ]) with
        {
            RunAs = settings.OsAccount,
            WorkingDirectory = "/",
            Environment = ImmutableSortedDictionary<string, string>.Empty
                .Add("LC_ALL", "C")
                .Add("PGAPPNAME", "codeb")
                .Add("PGCONNECT_TIMEOUT", "10")
                .Add("PGOPTIONS", "-c lock_timeout=60s"),
        };
}
