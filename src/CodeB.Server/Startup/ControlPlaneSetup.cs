using CodeB.Grains.Backups;
using CodeB.Grains.Operations;
using CodeB.Grains.Registry;
using CodeB.Grains.Servers;
using CodeB.Grains.Slots;
using CodeB.Hosts;
using CodeB.Protection.DataPath;
using CodeB.Runbooks;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CodeB.Server.Startup;

/// <summary>What the grains work with: sessions, runbooks, keys and options.</summary>
internal static class ControlPlaneSetup
{
    public static WebApplicationBuilder AddControlPlane(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<FleetOptions>().BindConfiguration("Fleet");
        services.AddOptions<DeliveryOptions>().BindConfiguration("Delivery");
        services.AddOptions<ServerOptions>().BindConfiguration("CodeB");
        services.AddHosts();
        services.AddRunbooks(builder.Configuration, builder.Environment);
        services.AddSingleton(provider => KeyRing.LoadOrCreate(
            provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<ServerOptions>>().Value.KeyRingPath,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Fleet>();
        services.AddSingleton<DeliveryRunbooks>();
        services.AddSingleton<ImageUploads>();
        services.AddSingleton<IRegistryMarks, RegistryMarks>();
        services.AddSingleton<RegistryExport>();
        services.AddSingleton<RegistryCheck>();
        services.AddSingleton<ProjectData>();
        services.AddSingleton<ISetTaker, SetTaker>();
        services.AddSingleton<OperationTools>();
        services.AddHostedService<FleetRegistration>();
        services.AddHostedService<OperationResumption>();
        return builder;
    }
}
