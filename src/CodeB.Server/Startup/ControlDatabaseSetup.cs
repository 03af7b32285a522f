using CodeB.Server.ControlDatabase;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace CodeB.Server.Startup;

/// <summary>The control database: one PostgreSQL database with everything CodeB must not forget.</summary>
internal static class ControlDatabaseSetup
{
    private const string Name = "control";

    public static string ControlDatabase(this IConfiguration configuration) =>
        configuration.GetConnectionString(Name) is { Length: > 0 } text
            ? text
            : throw new InvalidOperationException(
                "ConnectionStrings:control is not set: CodeB keeps its state in PostgreSQL. Set ConnectionStrings__control, "
                + "such as 'Host=127.0.0.1;Database=codeb;Username=codeb;Password=…'.");

    public static WebApplicationBuilder AddControlDatabase(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(builder.Configuration.ControlDatabase()));
        builder.Services.AddHealthChecks().AddCheck<ControlDatabaseHealth>("control-database");
        return builder;
    }

    /// <summary>Makes the tables that are missing, before the silo reads them.</summary>
    public static Task PrepareControlDatabaseAsync(this WebApplication app) =>
        ControlDatabaseSchema.ApplyAsync(app.Configuration.ControlDatabase(), app.Lifetime.ApplicationStopping);

    private sealed class ControlDatabaseHealth(NpgsqlDataSource database) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var command = database.CreateCommand("SELECT 1");
                await command.ExecuteScalarAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (NpgsqlException error)
            {
                return HealthCheckResult.Unhealthy($"the control database does not answer: {error.Message}");
            }
        }
    }
}
