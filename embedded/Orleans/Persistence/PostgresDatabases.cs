using System.Collections.Concurrent;
using System.Data.Common;
using Npgsql;
using Orleans.Runtime;

namespace Orleans.Persistence;

/// <summary>The databases that storages, reminders and the lock share: one pool a connection string, tables made once.</summary>
internal sealed class PostgresDatabases : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, PostgresDatabase> _byConnectionString = new();
    private readonly ConcurrentDictionary<DbDataSource, PostgresDatabase> _bySource = new();

    internal PostgresDatabase Get(string who, string invariant, string? connectionString, DbDataSource? source)
    {
        if (invariant != "Npgsql")
        {
            throw new OrleansConfigurationException(
                $"{who} has the invariant '{invariant}'; the embedded stack knows only PostgreSQL, 'Npgsql'.");
        }

        if (string.IsNullOrWhiteSpace(connectionString) == source is null)
        {
            throw new OrleansConfigurationException($"{who} needs exactly one of a connection string and a data source.");
        }

        return source is null ? _byConnectionString.GetOrAdd(connectionString!, static c => new(Open(c)))
            : source is NpgsqlDataSource npgsql ? _bySource.GetOrAdd(source, _ => new(npgsql))
            : throw new OrleansConfigurationException($"{who} has a data source that is no NpgsqlDataSource.");
    }

    public async ValueTask DisposeAsync()
    {
        // Data sources that were handed in belong to whoever made them.
        foreach (var database in _byConnectionString.Values) await database.Source.DisposeAsync();
    }

    private static NpgsqlDataSource Open(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (settings.MaxAutoPrepare == 0) (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (32, 2);
        return NpgsqlDataSource.Create(settings);
    }
}

/// <summary>One database with the tables of the embedded stack.</summary>
internal sealed class PostgresDatabase(NpgsqlDataSource source)
{
    private const string Tables = """
        SELECT pg_advisory_xact_lock(4201072600501);
        CREATE SCHEMA IF NOT EXISTS embedded;
        CREATE TABLE IF NOT EXISTS embedded.state (
            service_id text NOT NULL,
            grain_type text NOT NULL,
            grain_key text NOT NULL,
            state_name text NOT NULL,
            payload json NOT NULL,
            version bigint NOT NULL,
            modified_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (grain_key, grain_type, state_name, service_id)
        );
        CREATE TABLE IF NOT EXISTS embedded.reminder (
            service_id text NOT NULL,
            grain_type text NOT NULL,
            grain_key text NOT NULL,
            name text NOT NULL,
            first_tick_at timestamptz NOT NULL,
            period interval NOT NULL,
            PRIMARY KEY (service_id, grain_type, grain_key, name)
        );
        """;

    private readonly SemaphoreSlim _one = new(1);
    private volatile bool _ready;

    internal NpgsqlDataSource Source => source;

    /// <summary>Makes the tables unless they are there; a failure is tried again by the next caller.</summary>
    internal async ValueTask EnsureTablesAsync(CancellationToken cancellationToken)
    {
        if (_ready) return;
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_ready) return;
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using (var command = new NpgsqlCommand(Tables, connection, transaction)) await command.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            _ready = true;
        }
        finally
        {
            _one.Release();
        }
    }
}
