using System.Net;
using CodeB.Grains.Hosting;
using Orleans.Configuration;

namespace CodeB.Server.Startup;

/// <summary>The silo: every grain's state, the reminders and the membership are kept in the control database.</summary>
internal static class SiloSetup
{
    private const string Postgres = "Npgsql";

    /// <summary>Longer than a dry run's slowest check; what takes longer is an operation and runs in the background.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromMinutes(2);

    public static WebApplicationBuilder AddSilo(this WebApplicationBuilder builder)
    {
        var database = builder.Configuration.ControlDatabase();
        var address = IPAddress.Parse(builder.Configuration["Silo:Address"] ?? "127.0.0.1");
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("codeb", "codeb"));
            // The address stays the same over a restart: a silo takes its predecessor's place at once, a stranger waits until
            // the others give the missing one up. No gateway: the only clients of the grains are in this process.
            silo.ConfigureEndpoints(address, siloPort: EndpointOptions.DEFAULT_SILO_PORT, gatewayPort: 0);
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = ResponseTimeout);
            silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Postgres, database));
            silo.AddAdoNetGrainStorageAsDefault(options => (options.Invariant, options.ConnectionString) = (Postgres, database));
            silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (Postgres, database));
            silo.AddIncomingGrainCallFilter<ErrorFilter>();
            silo.AddActivityPropagation();
        });
        return builder;
    }
}
