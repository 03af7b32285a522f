using System.Globalization;
using System.Security.Cryptography;
using Demo.Fleet;
using Npgsql;
using StackExchange.Redis;

namespace Demo.Data;

/// <summary>
/// What the application has gathered over the years, made in seconds: photographs, which do not compress, old pages, which
/// compress well, and what a Redis holds.
/// </summary>
internal sealed class SampleData(Servers servers, Guestbook guestbook)
{
    public const int Photos = 1_800;
    public const int PhotoBytes = 64 * 1024;
    public const int Pages = 45_000;
    public const int Strings = 90_000;
    public const int Hashes = 10_000;

    /// <summary>The role and its database, made as the administrator of the server makes them.</summary>
    public Task<string> CreateDatabaseAsync(CancellationToken cancellationToken) => servers.Storage.SqlAsync(
        "postgres",
        $"""
        CREATE ROLE {Guestbook.Database} LOGIN PASSWORD '{guestbook.Password}';
        CREATE DATABASE {Guestbook.Database} OWNER {Guestbook.Database};
        """,
        cancellationToken);

    /// <summary>Fills the database as its owner; returns its size.</summary>
    public async Task<long> FillDatabaseAsync(CancellationToken cancellationToken)
    {
        await using var connection = await guestbook.OpenDatabaseAsync(cancellationToken);
        await ExecuteAsync(
            connection,
            """
            CREATE TABLE photos (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, content bytea NOT NULL);
            ALTER TABLE photos ALTER COLUMN content SET STORAGE EXTERNAL;
            CREATE TABLE pages (id bigint PRIMARY KEY, path text NOT NULL, written_at timestamptz NOT NULL, body text NOT NULL);
            """,
            cancellationToken);
        await using (var import = await connection.BeginBinaryImportAsync("COPY photos (name, content) FROM STDIN (FORMAT binary)", cancellationToken))
        {
            var content = new byte[PhotoBytes];
            for (var i = 0; i < Photos; i++)
            {
                RandomNumberGenerator.Fill(content);
                await import.StartRowAsync(cancellationToken);
                await import.WriteAsync($"photo-{i:0000}.jpg", cancellationToken);
                await import.WriteAsync(content, cancellationToken);
            }

            await import.CompleteAsync(cancellationToken);
        }

        await ExecuteAsync(
            connection,
            $"""
            INSERT INTO pages SELECT i, '/archive/' || i, timestamptz '2020-01-01 UTC' + i * interval '1 minute', repeat(md5(i::text), 58)
            FROM generate_series(1, {Pages}) i;
            CREATE INDEX pages_written_at ON pages (written_at);
            ANALYZE;
            """,
            cancellationToken);
        await using var size = new NpgsqlCommand("SELECT pg_database_size(current_database())", connection);
        return (long)(await size.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Fills Redis; returns the number of its keys.</summary>
    public Task<long> FillRedisAsync() => guestbook.WithRedisAsync(async redis =>
    {
        var database = redis.GetDatabase();
        for (var i = 0; i < Strings; i++)
            database.StringSet($"session:{i}", $"visitor {i} {Guid.NewGuid()}", flags: CommandFlags.FireAndForget);
        for (var i = 0; i < Hashes; i++)
        {
            HashEntry[] visitor = [new("name", $"visitor {i}"), new("seen", i.ToString(CultureInfo.InvariantCulture)), new("token", $"{Guid.NewGuid()}")];
            database.HashSet($"visitor:{i}", visitor, CommandFlags.FireAndForget);
        }

        // The answer to the last command comes after all the others.
        await database.PingAsync();
        return (long)await database.ExecuteAsync("DBSIZE");
    });

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
