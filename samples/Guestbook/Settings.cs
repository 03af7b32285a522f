using Npgsql;
using StackExchange.Redis;

namespace Guestbook;

/// <summary>
/// Everything comes from the environment: PORT, VERSION (set by the image), DATABASE_URL or
/// ConnectionStrings__Database, REDIS_URL or ConnectionStrings__Redis. What is not set is not used.
/// </summary>
internal sealed record Settings(int Port, string Version, string? Database, ConfigurationOptions? Redis)
{
    public static Settings From(IConfiguration configuration)
    {
        var database = configuration["DATABASE_URL"] ?? configuration.GetConnectionString("Database");
        var redis = configuration["REDIS_URL"] ?? configuration.GetConnectionString("Redis");
        return new Settings(
            int.TryParse(configuration["PORT"], out var port) ? port : 8080,
            configuration["VERSION"] ?? "dev",
            string.IsNullOrWhiteSpace(database) ? null : ConnectionString(database),
            string.IsNullOrWhiteSpace(redis) ? null : RedisOptions(redis));
    }

    private static string ConnectionString(string value)
    {
        // The image carries no Kerberos libraries, and a database on the same network needs none.
        var builder = new NpgsqlConnectionStringBuilder { GssEncryptionMode = GssEncryptionMode.Disable, Timeout = 3, CommandTimeout = 5, MaxPoolSize = 20 };
        if (!value.Contains("://", StringComparison.Ordinal))
        {
            builder.ConnectionString = value + ";" + builder.ConnectionString;
            return builder.ConnectionString;
        }

        var url = new Uri(value);
        var account = url.UserInfo.Split(':', 2);
        builder.Host = url.Host;
        builder.Port = url.Port > 0 ? url.Port : 5432;
        builder.Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/'));
        builder.Username = Uri.UnescapeDataString(account[0]);
        if (account.Length > 1)
            builder.Password = Uri.UnescapeDataString(account[1]);
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            if (parts is ["sslmode", var mode])
                builder.SslMode = Enum.Parse<SslMode>(mode.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
        }

        return builder.ConnectionString;
    }

    private static ConfigurationOptions RedisOptions(string value)
    {
        if (!value.Contains("://", StringComparison.Ordinal))
            return ConfigurationOptions.Parse(value);
        var url = new Uri(value);
        var password = url.UserInfo.Split(':', 2)[^1];
        var options = new ConfigurationOptions { EndPoints = { { url.Host, url.Port > 0 ? url.Port : 6379 } } };
        if (password.Length > 0)
            options.Password = Uri.UnescapeDataString(password);
        if (int.TryParse(url.AbsolutePath.TrimStart('/'), out var number))
            options.DefaultDatabase = number;
        return options;
    }
}
