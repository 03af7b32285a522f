using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Persistence;
using Orleans.Reminders;

namespace Orleans.Hosting;

public static class SiloBuilderReminderMemoryExtensions
{
    /// <summary>Reminders that end with the process.</summary>
    public static ISiloBuilder UseInMemoryReminderService(this ISiloBuilder builder)
    {
        builder.Services.AddSingleton<IReminderStore, MemoryReminderStore>();
        return builder.AddReminders();
    }
}

public static class SiloBuilderReminderExtensions
{
    /// <summary>Reminders in PostgreSQL, in the table embedded.reminder, which is made if it is missing.</summary>
    public static ISiloBuilder UseAdoNetReminderService(this ISiloBuilder builder, Action<AdoNetReminderTableOptions> configureOptions) =>
        builder.UseAdoNetReminderService(options => options.Configure(configureOptions));

    public static ISiloBuilder UseAdoNetReminderService(
        this ISiloBuilder builder, Action<OptionsBuilder<AdoNetReminderTableOptions>> configureOptions)
    {
        builder.Services.TryAddSingleton<PostgresDatabases>();
        configureOptions(builder.Services.AddOptions<AdoNetReminderTableOptions>());
        builder.Services.AddSingleton<IReminderStore>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<AdoNetReminderTableOptions>>().Value;
            var database = provider.GetRequiredService<PostgresDatabases>()
                .Get("The reminder service", options.Invariant, options.ConnectionString, options.DataSource);
            return new PostgresReminderStore(database, provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId);
        });
        return builder.AddReminders();
    }

    public static ISiloBuilder AddReminders(this ISiloBuilder builder)
    {
        builder.Services.TryAddSingleton<ReminderService>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ISiloParticipant, ReminderService>(
            provider => provider.GetRequiredService<ReminderService>()));
        return builder;
    }
}
