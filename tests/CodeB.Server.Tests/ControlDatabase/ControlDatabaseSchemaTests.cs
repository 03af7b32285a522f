using CodeB.Server.ControlDatabase;
using CodeB.Tests;

using Npgsql;

namespace CodeB.Server.Tests.ControlDatabase;

/// <summary>The stored queries, called with the parameters that Orleans' ADO.NET providers send.</summary>
public sealed class ControlDatabaseSchemaTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task Applying_the_schema_again_keeps_what_was_stored()
    {
        await using var database = await NewDatabaseAsync();
        Assert.Equal(1, await WriteAsync(database, "worb", expected: null, payload: 7));

        await ControlDatabaseSchema.ApplyAsync(database.ConnectionString);

        Assert.Equal(((byte)7, 1), await ReadAsync(database, "worb"));
    }

    [Fact]
    public async Task Silos_that_start_at_the_same_time_all_find_the_schema()
    {
        var connectionString = await postgres.CreateDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ControlDatabaseSchema.ApplyAsync(connectionString)));

        await using var database = NpgsqlDataSource.Create(connectionString);
        Assert.Equal(20L, await database.CreateCommand("SELECT count(*) FROM OrleansQuery").ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_write_with_the_stored_version_raises_it()
    {
        await using var database = await NewDatabaseAsync();
        await WriteAsync(database, "worb", expected: null, payload: 1);

        Assert.Equal(2, await WriteAsync(database, "worb", expected: 1, payload: 2));
        Assert.Equal(((byte)2, 2), await ReadAsync(database, "worb"));
    }

    [Fact]
    public async Task A_write_with_another_version_changes_nothing_and_returns_no_row()
    {
        await using var database = await NewDatabaseAsync();
        await WriteAsync(database, "worb", expected: null, payload: 1);

        Assert.Null(await WriteAsync(database, "worb", expected: 9, payload: 2));
        Assert.Null(await WriteAsync(database, "worb", expected: null, payload: 3));
        Assert.Equal(((byte)1, 1), await ReadAsync(database, "worb"));
    }

    [Fact]
    public async Task Of_first_writes_at_the_same_time_exactly_one_succeeds()
    {
        await using var database = await NewDatabaseAsync();

        var versions = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => WriteAsync(database, "worb", null, (byte)i)));

        Assert.Single(versions, version => version == 1);
        Assert.Equal(15, versions.Count(version => version is null));
    }

    [Fact]
    public async Task A_cleared_state_goes_on_from_its_version()
    {
        await using var database = await NewDatabaseAsync();
        await WriteAsync(database, "worb", expected: null, payload: 1);

        Assert.Equal(2, await ScalarAsync(database, "ClearStorageKey", StateKey("worb", 1)));

        Assert.Equal(((byte?)null, 2), await ReadAsync(database, "worb"));
        Assert.Null(await WriteAsync(database, "worb", expected: 1, payload: 4));
        Assert.Equal(3, await WriteAsync(database, "worb", expected: 2, payload: 5));
    }

    [Fact]
    public async Task A_deleted_state_is_gone_and_a_stale_delete_is_refused()
    {
        await using var database = await NewDatabaseAsync();
        await WriteAsync(database, "worb", expected: null, payload: 1);

        Assert.Null(await ScalarAsync(database, "DeleteStorageKey", StateKey("worb", 5)));
        Assert.Equal(2, await ScalarAsync(database, "DeleteStorageKey", StateKey("worb", 1)));
        Assert.Null(await ReadAsync(database, "worb"));
    }

    [Fact]
    public async Task Reminders_are_found_by_the_range_of_the_ring_that_holds_their_grain()
    {
        await using var database = await NewDatabaseAsync();
        foreach (var hash in (int[])[-100, 0, 100])
        {
            Assert.Equal(1, await UpsertReminderAsync(database, $"grain/{hash}", hash));
        }

        Assert.Equal(2, await UpsertReminderAsync(database, "grain/0", 0));
        Assert.Equal(2, await CountRangeAsync("ReadRangeRows1Key", -100, 100));
        Assert.Equal(1, await CountRangeAsync("ReadRangeRows2Key", 100, -100));
        Assert.Equal(3, await CountRangeAsync("ReadRangeRows2Key", 5, 5));

        async Task<int> CountRangeAsync(string key, int begin, int end)
        {
            await using var command = await CommandAsync(database, key, [("ServiceId", "codeb"), ("BeginHash", begin), ("EndHash", end)]);
            await using var reader = await command.ExecuteReaderAsync();
            var count = 0;
            while (await reader.ReadAsync())
            {
                Assert.Equal(60_000L, reader.GetInt64(reader.GetOrdinal("Period")));
                Assert.Equal(DateTimeKind.Utc, reader.GetDateTime(reader.GetOrdinal("StartTime")).Kind);
                count++;
            }

            return count;
        }
    }

    [Fact]
    public async Task A_reminder_is_deleted_only_with_its_version()
    {
        await using var database = await NewDatabaseAsync();
        await UpsertReminderAsync(database, "grain/1", 1);

        Assert.Equal(false, await ScalarAsync(database, "DeleteReminderRowKey", Reminder(version: 4)));
        Assert.Equal(true, await ScalarAsync(database, "DeleteReminderRowKey", Reminder(version: 1)));
        Assert.Equal(false, await ScalarAsync(database, "DeleteReminderRowKey", Reminder(version: 1)));

        static (string, object?)[] Reminder(int version) =>
            [("ServiceId", "codeb"), ("GrainId", "grain/1"), ("ReminderName", "nightly"), ("Version", version)];
    }

    [Fact]
    public async Task Of_silos_that_join_at_the_same_version_exactly_one_succeeds()
    {
        await using var database = await NewDatabaseAsync();
        Assert.Equal(true, await ScalarAsync(database, "InsertMembershipVersionKey", [("DeploymentId", "codeb")]));
        Assert.Equal(false, await ScalarAsync(database, "InsertMembershipVersionKey", [("DeploymentId", "codeb")]));

        var joined = await Task.WhenAll(Enumerable.Range(1, 8).Select(port => JoinAsync(database, port, version: 0)));

        Assert.Single(joined, true);
        Assert.Equal((1, 1), await MembersAsync(database));
    }

    [Fact]
    public async Task A_silo_changes_only_at_the_current_version_and_once_in_the_table()
    {
        await using var database = await NewDatabaseAsync();
        await ScalarAsync(database, "InsertMembershipVersionKey", [("DeploymentId", "codeb")]);
        Assert.Equal((0, 0), await MembersAsync(database));
        Assert.True(await JoinAsync(database, port: 1, version: 0));
        Assert.False(await JoinAsync(database, port: 1, version: 1));

        Assert.Equal(false, await ScalarAsync(database, "UpdateMembershipKey", Change(port: 1, status: 3, version: 0)));
        Assert.Equal(false, await ScalarAsync(database, "UpdateMembershipKey", Change(port: 2, status: 3, version: 1)));
        Assert.Equal(true, await ScalarAsync(database, "UpdateMembershipKey", Change(port: 1, status: 3, version: 1)));
        Assert.Equal((1, 2), await MembersAsync(database));
    }

    [Fact]
    public async Task Only_dead_silos_are_cleaned_up()
    {
        await using var database = await NewDatabaseAsync();
        await ScalarAsync(database, "InsertMembershipVersionKey", [("DeploymentId", "codeb")]);
        await JoinAsync(database, port: 1, version: 0);
        await JoinAsync(database, port: 2, version: 1);
        await ScalarAsync(database, "UpdateMembershipKey", Change(port: 1, status: 3, version: 2));
        await ScalarAsync(database, "UpdateMembershipKey", Change(port: 2, status: 6, version: 3));

        await ScalarAsync(database, "CleanupDefunctSiloEntriesKey",
            [("DeploymentId", "codeb"), ("IAmAliveTime", DateTime.UtcNow.AddHours(1))]);

        Assert.Equal((1, 4), await MembersAsync(database));
        Assert.NotNull(await ScalarAsync(database, "GatewaysQueryKey", [("DeploymentId", "codeb"), ("Status", 3)]));
    }

    private async Task<NpgsqlDataSource> NewDatabaseAsync()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await ControlDatabaseSchema.ApplyAsync(connectionString);
        return NpgsqlDataSource.Create(connectionString);
    }

    private static async Task<NpgsqlCommand> CommandAsync(NpgsqlDataSource database, string key, (string Name, object? Value)[] parameters)
    {
        await using var lookup = database.CreateCommand("SELECT QueryText FROM OrleansQuery WHERE QueryKey = $1");
        lookup.Parameters.Add(new() { Value = key });
        var command = database.CreateCommand((string)(await lookup.ExecuteScalarAsync())!);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter(name, value ?? DBNull.Value));
        }

        return command;
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource database, string key, (string, object?)[] parameters)
    {
        await using var command = await CommandAsync(database, key, parameters);
        return await command.ExecuteScalarAsync();
    }

    private static (string, object?)[] StateKey(string grain, int? version) =>
    [
        ("ServiceId", "codeb"), ("GrainTypeString", "slots"), ("GrainTypeHash", 1), ("GrainIdHash", 2),
        ("GrainIdN0", 0L), ("GrainIdN1", 0L), ("GrainIdExtensionString", grain), ("GrainStateVersion", version),
    ];

    private static async Task<int?> WriteAsync(NpgsqlDataSource database, string grain, int? expected, byte payload)
    {
        await using var command = await CommandAsync(database, "WriteToStorageKey", [.. StateKey(grain, expected), ("PayloadBinary", new[] { payload })]);
        command.Parameters["GrainStateVersion"].DbType = System.Data.DbType.Int32;
        return (int?)await command.ExecuteScalarAsync();
    }

    private static async Task<(byte? Payload, int Version)?> ReadAsync(NpgsqlDataSource database, string grain)
    {
        await using var command = await CommandAsync(database, "ReadFromStorageKey", StateKey(grain, 0)[..^1]);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? ((reader["PayloadBinary"] as byte[])?[0], (int)reader["Version"])
            : null;
    }

    private static async Task<object?> UpsertReminderAsync(NpgsqlDataSource database, string grain, int hash) =>
        await ScalarAsync(database, "UpsertReminderRowKey",
        [
            ("ServiceId", "codeb"), ("GrainHash", hash), ("GrainId", grain), ("ReminderName", "nightly"),
            ("StartTime", DateTime.UtcNow), ("Period", 60_000),
        ]);

    private static async Task<bool> JoinAsync(NpgsqlDataSource database, int port, int version) =>
        true.Equals(await ScalarAsync(database, "InsertMembershipKey",
        [
            .. Silo(port), ("SiloName", $"silo {port}"), ("HostName", "app"), ("StartTime", DateTime.UtcNow),
            ("IAmAliveTime", DateTime.UtcNow), ("Status", 2), ("ProxyPort", 30_000), ("Version", version),
        ]));

    private static (string, object?)[] Silo(int port) =>
        [("DeploymentId", "codeb"), ("Address", "198.18.0.1"), ("Port", port), ("Generation", 1)];

    private static (string, object?)[] Change(int port, int status, int version) =>
        [.. Silo(port), ("Status", status), ("SuspectTimes", "none"), ("IAmAliveTime", DateTime.UtcNow), ("Version", version)];

    /// <summary>How many silos the cluster shows, and at which version.</summary>
    private static async Task<(int Silos, int Version)> MembersAsync(NpgsqlDataSource database)
    {
        await using var command = await CommandAsync(database, "MembershipReadAllKey", [("DeploymentId", "codeb")]);
        await using var reader = await command.ExecuteReaderAsync();
        var (silos, version) = (0, -1);
        while (await reader.ReadAsync())
        {
            silos += reader["StartTime"] is DateTime ? 1 : 0;
            version = (int)reader["Version"];
        }

        return (silos, version);
    }
}
