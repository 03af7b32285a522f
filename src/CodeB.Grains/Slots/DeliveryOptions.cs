using CodeB.Domain.Slots;

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

    /// <summary>
    /// For how long the version that lost the traffic is kept running for a rollback, before CodeB cleans it up. Default: 48 h;
    /// a longer time holds its memory and its port for longer.
    /// </summary>
    public TimeSpan GraceTime { get; set; } = SlotMachine.DefaultGrace;
}
