using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Clustering;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Persistence;
using Orleans.Runtime;

namespace Orleans.Hosting
{
    public static class AdoNetHostingExtensions
    {
        public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions) =>
            builder.UseAdoNetClustering(options => options.Configure(configureOptions));

        /// <summary>
        /// The embedded stack is one process: it takes a lock in the database, and a second process of the same service id
        /// fails to start. For more than one process there is the full stack.
        /// </summary>
        public static ISiloBuilder UseAdoNetClustering(
            this ISiloBuilder builder, Action<OptionsBuilder<AdoNetClusteringSiloOptions>> configureOptions) =>
            builder.ConfigureServices(services =>
            {
                services.TryAddSingleton<PostgresDatabases>();
                configureOptions.Invoke(services.AddOptions<AdoNetClusteringSiloOptions>());
                services.AddSingleton<ISiloParticipant, SingleProcessLock>();
            });
    }
}

namespace Orleans.Clustering
{
    /// <summary>Holds an advisory lock for as long as the silo runs, on a connection of its own.</summary>
    internal sealed partial class SingleProcessLock(
        PostgresDatabases databases,
        IOptions<AdoNetClusteringSiloOptions> options,
        IOptions<ClusterOptions> cluster,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        ILogger<SingleProcessLock> logger) : ISiloParticipant, IOutlivesGrains
    {
        private static readonly TimeSpan CheckPeriod = TimeSpan.FromSeconds(5);

        private readonly CancellationTokenSource _stopping = new();
        private NpgsqlConnection? _connection;
        private Task _watch = Task.CompletedTask;

        private string ServiceId => cluster.Value.ServiceId;

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            if (!await TryTakeAsync(cancellationToken))
            {
                var where = $"{_connection!.Database} at {_connection.DataSource}";
                await _connection.DisposeAsync();
                throw new OrleansConfigurationException(
                    $"Another process runs the service '{ServiceId}' on the database {where}. The embedded stack is one process: "
                    + "stop the other one, or use the full stack.");
            }

            _watch = WatchAsync(_stopping.Token);
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            await _stopping.CancelAsync();
            await _watch;
            await ReleaseAsync();
        }

        private async Task ReleaseAsync()
        {
            if (_connection is null) return;
            // A pooled connection is reset only when it is used again, and would keep the lock until then.
            await using var connection = _connection;
            if (connection.State != System.Data.ConnectionState.Open) return;
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection);
            await command.ExecuteNonQueryAsync();
        }

        private async Task<bool> TryTakeAsync(CancellationToken cancellationToken)
        {
            var value = options.Value;
            var database = databases.Get("The clustering", value.Invariant, value.ConnectionString, value.DataSource);
            if (_connection is not null) await _connection.DisposeAsync();
            _connection = await database.Source.OpenConnectionAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock(42010726, hashtext($1))", _connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ServiceId });
            return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        /// <summary>A lost connection loses the lock; if somebody else has it by then, this process must not go on.</summary>
        private async Task WatchAsync(CancellationToken cancellationToken)
        {
            try
            {
                while (true)
                {
                    await Task.Delay(CheckPeriod, time, cancellationToken);
                    if (await HoldsAsync(cancellationToken)) continue;
                    LogLockLost(logger, ServiceId);
                    if (await RetakeAsync(cancellationToken)) continue;
                    LogTakenOver(logger, ServiceId);
                    lifetime.StopApplication();
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                // The silo stops.
            }
        }

        private async Task<bool> HoldsAsync(CancellationToken cancellationToken)
        {
            try
            {
                await using var command = new NpgsqlCommand("SELECT 1", _connection);
                await command.ExecuteScalarAsync(cancellationToken);
                return true;
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
            {
                return false;
            }
        }

        private async Task<bool> RetakeAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                try
                {
                    return await TryTakeAsync(cancellationToken);
                }
                catch (NpgsqlException e)
                {
                    LogUnreachable(logger, e);
                    await Task.Delay(CheckPeriod, time, cancellationToken);
                }
            }
        }

        [LoggerMessage(10, LogLevel.Warning, "The connection that held the lock of the service '{ServiceId}' was lost; taking it again")]
        private static partial void LogLockLost(ILogger logger, string serviceId);

        [LoggerMessage(11, LogLevel.Critical, "Another process has taken over the service '{ServiceId}'; this one stops")]
        private static partial void LogTakenOver(ILogger logger, string serviceId);

        [LoggerMessage(12, LogLevel.Warning, "The database that holds the lock cannot be reached; trying again")]
        private static partial void LogUnreachable(ILogger logger, Exception exception);
    }
}
