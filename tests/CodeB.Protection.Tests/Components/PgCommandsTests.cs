using CodeB.Protection.Postgres;
using CodeB.Protection.Redis;

namespace CodeB.Protection.Tests.Components;

public sealed class PgCommandsTests
{
    private static readonly PostgresSettings Settings = new() { Database = "worb" };

    [Fact]
    public void A_dump_is_made_by_the_clusters_account_over_its_socket_without_compression_of_its_own()
    {
        var dump = PgCommands.Dump(Settings);

        Assert.Equal("pg_dump", dump.Program);
        Assert.Equal(
            ["--no-password", "--host=/var/run/postgresql", "--port=5432", "--username=postgres", "--dbname=worb", "--format=custom", "--compress=0"],
            dump.Arguments);
        Assert.Equal("postgres", dump.RunAs);
    }

    [Fact]
    public void The_first_error_ends_a_restore() =>
        Assert.Contains("--exit-on-error", PgCommands.Restore(Settings, "worb_restore_1").Arguments);

    [Fact]
    public void Programs_are_taken_from_the_configured_folder() =>
        Assert.Equal("/opt/pg/bin/psql", PgCommands.Psql(Settings with { BinDirectory = "/opt/pg/bin/" }, "worb").Program);

    [Theory]
    [InlineData("worb", "\"worb\"")]
    [InlineData("a\"; DROP DATABASE b; --", "\"a\"\"; DROP DATABASE b; --\"")]
    public void Identifiers_cannot_leave_their_quotes(string name, string quoted) => Assert.Equal(quoted, PgSql.Identifier(name));

    [Fact]
    public void Literals_cannot_leave_their_quotes() => Assert.Equal("'o''clock'", PgSql.Literal("o'clock"));

    [Fact]
    public void The_swap_is_two_renames_in_one_transaction_after_the_old_one_was_closed()
    {
        var sql = PgSql.Swap("worb", "worb_before_1", "worb_restore_1", "op-1");
        int At(string part) => sql.IndexOf(part, StringComparison.Ordinal);

        Assert.InRange(At("ALLOW_CONNECTIONS false"), 0, At("pg_terminate_backend"));
        Assert.InRange(At("BEGIN;"), At("pg_terminate_backend"), At("\"worb\" RENAME TO \"worb_before_1\""));
        Assert.InRange(At("\"worb_restore_1\" RENAME TO \"worb\""), At("\"worb\" RENAME TO \"worb_before_1\""), At("COMMIT;"));
    }

    [Fact]
    public void A_Redis_password_is_in_the_environment_and_in_no_argument()
    {
        var command = RedisCommands.Snapshot(new RedisSettings(), "sesame");

        Assert.Equal("sesame", command.Environment["REDISCLI_AUTH"]);
        Assert.DoesNotContain(command.Arguments, a => a.Contains("sesame", StringComparison.Ordinal));
        Assert.Equal(["-h", "127.0.0.1", "-p", "6379", "-e", "--rdb", "-"], command.Arguments);
    }
}
