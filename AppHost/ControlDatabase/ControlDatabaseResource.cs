using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace CodeB.AppHost.ControlDatabase;

/// <summary>The PostgreSQL in which CodeB keeps its own state; a process on the topology's own address.</summary>
public sealed class ControlDatabaseResource(
    string name, string workingDirectory, ReferenceExpression host, ParameterResource password)
    : ExecutableResource(name, "./ControlDatabase/control-database.sh", workingDirectory), IResourceWithConnectionString
{
    public ReferenceExpression ConnectionStringExpression { get; } = ReferenceExpression.Create(
        $"Host={host};Port=5432;Username=codeb;Password={password};Database=codeb");
}

public static class ControlDatabaseExtensions
{
    /// <summary>Adds the control database of a topology, with a password made for this run.</summary>
    public static IResourceBuilder<ControlDatabaseResource> AddControlDatabase(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> topology)
    {
        var password = builder.AddParameter(
            $"{name}-password", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);
        var host = ReferenceExpression.Create($"198.18.{topology}.1");
        var database = new ControlDatabaseResource(name, builder.AppHostDirectory, host, password.Resource);
        var check = $"{name}_answers";
        builder.Services.AddHealthChecks().AddAsyncCheck(check, token => AnswersAsync(database, token));
        return builder.AddResource(database)
            .WithArgs("run", topology.Resource)
            .WithEnvironment("POSTGRES_PASSWORD", password)
            .WithHealthCheck(check);
    }

    private static async Task<HealthCheckResult> AnswersAsync(IResourceWithConnectionString database, CancellationToken cancellationToken)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(await database.GetConnectionStringAsync(cancellationToken))
            {
                Pooling = false,
                Timeout = 3,
            };
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }
}
