using CodeB.Runbooks.Faults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace CodeB.Runbooks;

public static class RunbookServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="RunbookRunner"/>. The section <c>Faults</c> (<see cref="FaultOptions"/>) is obeyed in the Development
    /// environment and refused in every other one, so that a forgotten setting cannot kill a production server.
    /// </summary>
    public static IServiceCollection AddRunbooks(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        var faults = configuration.GetSection("Faults").Get<FaultOptions>() ?? new FaultOptions();
        if (faults.Any && !environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                $"Faults:KillAt and Faults:PauseAt are for tests in the Development environment; this is {environment.EnvironmentName}. Remove them.");
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IFaultPoints>(provider =>
            faults.Any ? new KillFaultPoints(faults, provider.GetRequiredService<TimeProvider>()) : FaultPoints.None);
        services.TryAddSingleton<RunbookRunner>();
        return services;
    }
}
