using System.Reflection;

using Npgsql;

namespace CodeB.Server.ControlDatabase;

/// <summary>
/// The tables and stored queries that Orleans' ADO.NET providers for persistence, reminders and clustering expect in the
/// control database. The providers read their SQL from the table <c>OrleansQuery</c> by key, and set up nothing themselves.
/// </summary>
public static class ControlDatabaseSchema
{
    private const string QueryMarker = "-- query: ";

    // Any number that nobody else takes as an advisory lock in this database.
    private const long LockKey = 0x636F646562;

    private static readonly string[] Scripts = ["Persistence", "Reminders", "Clustering"];

    /// <summary>
    /// Brings the database to this version's tables and queries, in one transaction; leaves rows as they are. Silos that
    /// start at the same time wait for each other. It must have finished before the silo starts.
    /// </summary>
    /// <exception cref="NpgsqlException">The database is out of reach, or the account may not create tables.</exception>
    public static async Task ApplyAsync(string connectionString, CancellationToken cancellationToken = default)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        await ExecuteAsync($"SELECT pg_advisory_xact_lock({LockKey})");
        await ExecuteAsync("CREATE TABLE IF NOT EXISTS OrleansQuery (QueryKey text PRIMARY KEY, QueryText text NOT NULL)");
        foreach (var script in Scripts)
        {
            var (tables, queries) = Read(script);
            await ExecuteAsync(tables);
            foreach (var (key, text) in queries)
            {
                await ExecuteAsync(
                    "INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ($1, $2) " +
                    "ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText",
                    key, text);
            }
        }

        await transaction.CommitAsync(cancellationToken);

        async Task ExecuteAsync(string sql, params string[] values)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            command.Parameters.AddRange(values.Select(value => new NpgsqlParameter { Value = value }).ToArray());
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static (string Tables, IReadOnlyList<(string Key, string Text)> Queries) Read(string script)
    {
        var name = $"{typeof(ControlDatabaseSchema).Namespace}.{script}.sql";
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing from the assembly.");
        using var reader = new StreamReader(stream);

        var parts = reader.ReadToEnd().Split(QueryMarker);
        var queries = parts.Skip(1).Select(part =>
        {
            var end = part.IndexOf('\n');
            return (part[..end].Trim(), part[end..].Trim());
        });
        return (parts[0], queries.ToList());
    }
}
