using CodeB.Hosts.OpenSsh;
using CodeB.Hosts.Sessions;
using Microsoft.Extensions.DependencyInjection;

namespace CodeB.Hosts;

public static class HostsServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IHostSessions"/> over OpenSSH, closed with the provider. Its spans come from <see cref="HostActivity.SourceName"/>.
    /// </summary>
    public static IServiceCollection AddHosts(this IServiceCollection services, Action<OpenSshOptions>? configure = null)
    {
        services.AddOptions<OpenSshOptions>().ValidateDataAnnotations();
        if (configure is not null)
            services.Configure(configure);
        services.AddSingleton<IHostSessions, OpenSshSessions>();
        return services;
    }
}
