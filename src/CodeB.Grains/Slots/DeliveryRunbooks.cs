using CodeB.Delivery;
using CodeB.Delivery.Health;
using CodeB.Domain.Errors;
using CodeB.Domain.Projects;
using Microsoft.Extensions.Options;

namespace CodeB.Grains.Slots;

/// <summary>From a project's facts and the installation's options to what the delivery runbooks are told.</summary>
public sealed class DeliveryRunbooks(IOptions<DeliveryOptions> options)
{
    public DeliverySettings Settings { get; } = new()
    {
        Containers = new Delivery.Containers.ContainerSettings { Engine = options.Value.Engine },
    };

    public DeliveryOptions Options => options.Value;

    public HealthCheck HealthOf(Project project) => new() { Path = project.HealthPath, Timeout = options.Value.HealthTimeout };

    public string AddressOf(string project, string name, EnvironmentSpec environment)
    {
        if (environment.Domain.Length == 0)
            throw DomainException.Precondition($"{project}/{name} has no domain, so no traffic can be switched to it; register the project with one (--domain)");
        return options.Value.Https ? environment.Domain : $"http://{environment.Domain}";
    }
}
