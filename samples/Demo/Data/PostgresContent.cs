using Npgsql;

namespace Demo.Data;

/// <summary>The application's database: every table's rows, hashed by the database itself.</summary>
internal static class PostgresContent
{
    private const string TableNames =
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name";

    public static async Task<(IReadOnlyList<Counted> Tables, long Bytes)> ReadAsync(Guestbook guestbook, CancellationToken cancellationToken)
    {
        await using var connection = await guestbook.OpenDatabaseAsync(cancellationToken);
        var names = new List<string>();
        await using (var command = new NpgsqlCommand(TableNames, connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                names.Add(reader.GetString(0));
        }

        var tables = new List<Counted>();
        foreach (var name in names)
        {
            // The whole row as text, one hash a row, and one hash over those in the order of the primary key.
            await using var command = new NpgsqlCommand(
                $"SELECT count(*), coalesce(md5(string_agg(md5(t::text), '' ORDER BY id)), '') FROM \"{name}\" t", connection);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            tables.Add(new(name, reader.GetInt64(0), reader.GetString(1)));
        }

        await using var size = new NpgsqlCommand("SELECT pg_database_size(current_database())", connection);
        return (tables, (long)(await size.ExecuteScalarAsync(cancellationToken))!);
    }

    public static async Task<long> CountEntriesAsync(Guestbook guestbook, CancellationToken cancellationToken)
    {
        await using var connection = await guestbook.OpenDatabaseAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM entries", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
