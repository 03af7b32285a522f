using System.Data.Common;
using System.Net;

namespace Orleans.Configuration
{
    /// <summary>Who this installation is. State and reminders belong to the service id.</summary>
    public class ClusterOptions
    {
        public const string DefaultClusterId = "default";

        public const string DefaultServiceId = "default";

        public string ClusterId { get; set; } = DefaultClusterId;

        public string ServiceId { get; set; } = DefaultServiceId;
    }

    /// <summary>Where other silos reach this one. The embedded stack is one process and opens no port.</summary>
    public class EndpointOptions
    {
        public const int DEFAULT_SILO_PORT = 11111;

        public const int DEFAULT_GATEWAY_PORT = 30000;

        public IPAddress? AdvertisedIPAddress { get; set; }

        public int SiloPort { get; set; } = DEFAULT_SILO_PORT;

        public int GatewayPort { get; set; } = DEFAULT_GATEWAY_PORT;
    }

    public class SiloMessagingOptions
    {
        /// <summary>How long a caller waits for an answer: 30 s. Longer hides a deadlock for longer.</summary>
        public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);
    }

    public class GrainCollectionOptions
    {
        /// <summary>How often idle activations are looked for: a minute.</summary>
        public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

        /// <summary>How long an activation may be idle: 15 minutes. It must be more than the quantum.</summary>
        public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

        /// <summary>How long reading the state and OnActivateAsync may take together: 30 s.</summary>
        public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

        /// <summary>How long running requests and OnDeactivateAsync may take together: 30 s.</summary>
        public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);
    }

    /// <summary>Where states are kept: PostgreSQL only, that is Invariant Npgsql.</summary>
    public class AdoNetGrainStorageOptions
    {
        public string? ConnectionString { get; set; }

        /// <summary>In place of the connection string; an NpgsqlDataSource.</summary>
        public DbDataSource? DataSource { get; set; }

        public string Invariant { get; set; } = "";
    }

    /// <summary>Where reminders are kept: PostgreSQL only, that is Invariant Npgsql.</summary>
    public class AdoNetReminderTableOptions
    {
        public string? ConnectionString { get; set; }

        /// <summary>In place of the connection string; an NpgsqlDataSource.</summary>
        public DbDataSource? DataSource { get; set; }

        public string Invariant { get; set; } = "";
    }

    /// <summary>The database that lets only one process run: PostgreSQL only, that is Invariant Npgsql.</summary>
    public class AdoNetClusteringSiloOptions
    {
        public string? ConnectionString { get; set; }

        /// <summary>In place of the connection string; an NpgsqlDataSource.</summary>
        public DbDataSource? DataSource { get; set; }

        public string Invariant { get; set; } = "";
    }
}

namespace Orleans.Hosting
{
    public sealed class ReminderOptions
    {
        /// <summary>A reminder may not tick more often: a minute. For anything faster there are timers.</summary>
        public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);
    }
}
