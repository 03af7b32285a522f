using CodeB.Delivery;
using CodeB.Delivery.Health;
using CodeB.Domain.Errors;
using CodeB.Domain.Projects;
using Microsoft.Extensions.Options;

namespace CodeB.Grains.Slots;

/// <summary>How deliveries are done in this installation.</summary>
public sealed class DeliveryOptions
{
    /// <summary>
    /// Whether Caddy serves the domains over HTTPS with certificates that it gets by itself. Default: yes. Without it traffic
    /// goes in the clear, for fleets behind another proxy and for the topology on one machine.
    /// </summary>
    public bool Https { get; set; } = true;

    /// <summary>podman or docker. Default: podman.</summary>
    public string Engine { get; set; } = "podman";

    /// <summary>For how long a new container may take to become healthy. Default: 60 s; a shorter one fails slow starters.</summary>
    public TimeSpan HealthTimeout { get; set; } = TimeSpan.FromSeconds(60);
}

/// <summary>From a project's facts and the installation's options to what the delivery runbooks are told.</summary>
public sealed class DeliveryRunbooks(IOptions<DeliveryOptions> options)
{
    public DeliverySettings Settings { get; } = new()
    {
        Containers = new Delivery.Containers.ContainerSettings { Engine = options.Value.Engine },
    };

    public HealthCheck HealthOf(Project project) => new() { Path = project.HealthPath, Timeout = options.Value.HealthTimeout };

    public string AddressOf(string project, string name, EnvironmentSpec environment)
    {
        if (environment.Domain.Length == 0)
            throw DomainException.Precondition($"{project}/{name} has no domain, so no traffic can be switched to it; register the project with one (--domain)");
        return options.Value.Https ? environment.Domain : $"http://{environment.Domain}";
    }
}
