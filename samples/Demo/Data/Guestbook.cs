using System.Security.Cryptography;
using Demo.Fleet;
using Demo.Load;
using Npgsql;
using StackExchange.Redis;

namespace Demo.Data;

/// <summary>The sample application's names and doors.</summary>
internal sealed class Guestbook(Servers servers)
{
    public const string Project = "guestbook";
    public const string Environment = "production";
    public const string Domain = "guestbook.test";
    public const string Database = "guestbook";

    /// <summary>Of the database role; made for this run and never shown.</summary>
    public string Password { get; } = RandomNumberGenerator.GetHexString(40, lowercase: true);

    /// <summary>The application's ENV file, as its developer would write it.</summary>
    public string EnvFile =>
        $"""
        DATABASE_URL=postgres://{Database}:{Password}@{servers.Storage.Address}:5432/{Database}
        REDIS_URL=redis://{servers.Storage.Address}:6379/0

        """;

    /// <summary>The page as the world sees it: Caddy on the app server, asked for the project's domain.</summary>
    public Site Site => new(servers.Web.Address, Domain);

    public async Task<NpgsqlConnection> OpenDatabaseAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = servers.Storage.Address,
            Database = Database,
            Username = Database,
            Password = Password,
            Pooling = false,
            CommandTimeout = 120,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    public async Task<T> WithRedisAsync<T>(Func<ConnectionMultiplexer, Task<T>> use)
    {
        var redis = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { { servers.Storage.Address, 6379 } },
            SyncTimeout = 60_000,
            ResponseTimeout = 60_000,
            AllowAdmin = true,
        });
        try
        {
            return await use(redis);
        }
        finally
        {
            // Disposing would wait the whole timeout for the answer to a QUIT.
            redis.Close(allowCommandsToComplete: false);
        }
    }
}
