using Npgsql;

namespace Guestbook;

internal sealed record Entry(long Id, string Author, string Message, string Version, DateTimeOffset WrittenAt);

/// <summary>The guestbook's rows. The table is made on first use, so that a database that starts later is no failure.</summary>
internal sealed class Entries(NpgsqlDataSource database, string version)
{
    // Both slots of a deployment may start at once: the lock keeps their CREATE TABLE apart.
    private const string Schema = """
        BEGIN;
        SELECT pg_advisory_xact_lock(7350001);
        CREATE TABLE IF NOT EXISTS entries (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            author text NOT NULL,
            message text NOT NULL,
            version text NOT NULL,
            written_at timestamptz NOT NULL DEFAULT now());
        COMMIT;
        """;

    private bool _prepared;

    public async Task<Entry> AddAsync(string author, string message, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        await using var command = database.CreateCommand("INSERT INTO entries (author, message, version) VALUES ($1, $2, $3) RETURNING id, written_at");
        command.Parameters.Add(new() { Value = author });
        command.Parameters.Add(new() { Value = message });
        command.Parameters.Add(new() { Value = version });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Entry(reader.GetInt64(0), author, message, version, reader.GetFieldValue<DateTimeOffset>(1));
    }

    public async Task<List<Entry>> LastAsync(int count, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        await using var command = database.CreateCommand("SELECT id, author, message, version, written_at FROM entries ORDER BY id DESC LIMIT $1");
        command.Parameters.Add(new() { Value = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<Entry>();
        while (await reader.ReadAsync(cancellationToken))
            entries.Add(new Entry(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4)));
        return entries;
    }

    public async Task PingAsync(CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        await using var command = database.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        // Once a process: a table that vanishes later is an accident to be restored, not something to paper over.
        if (_prepared)
            return;
        await using var command = database.CreateCommand(Schema);
        await command.ExecuteNonQueryAsync(cancellationToken);
        _prepared = true;
    }
}
