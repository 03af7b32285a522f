using CodeB.Delivery.Containers;
using CodeB.Delivery.Runbooks;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Slots;

namespace CodeB.Grains.Slots;

/// <summary>How deliveries are done in this installation.</summary>
public sealed class DeliveryOptions
{
    /// <summary>
    /// Whose certificates the domains have. Default: Acme, from a public authority at a name's first request. Internal: Caddy's
    /// own authority, for fleets whose clients trust its root. None: no https, for servers behind another proxy.
    /// </summary>
    public TlsMode Tls { get; set; } = TlsMode.Acme;

    /// <summary>Whether http is redirected to https where there is TLS. Default: yes; without it both are served.</summary>
    public bool RedirectToHttps { get; set; } = true;

    /// <summary>
    /// The container engine: podman, docker, or auto. Default: auto, each server's own: podman where it is there, else docker. A
    /// name makes all servers use that one, for those that have both.
    /// </summary>
    public string Engine { get; set; } = ContainerSettings.Auto;

    /// <summary>For how long a release command may run, at most 24 h. Default: 15 min; long migrations need more.</summary>
    public TimeSpan ReleaseTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>For how long a new container may take to become healthy. Default: 60 s; a shorter one fails slow starters.</summary>
    public TimeSpan HealthTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// For how long the version that lost the traffic is kept running for a rollback, before CodeB cleans it up. Default: 48 h;
    /// a longer time holds its memory and its port for longer.
    /// </summary>
    public TimeSpan GraceTime { get; set; } = SlotMachine.DefaultGrace;

    /// <summary>
    /// For how long a version's health is asked after it got the traffic; when it fails, CodeB goes back by itself. Default: 15 s.
    /// The promote is not finished before; zero finishes it at once and leaves a later failure to you.
    /// </summary>
    public TimeSpan Watch { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// For how long after a switch requests and WebSockets may stay on the old version before it may be stopped. Default: 60 s;
    /// a deploy right after a promote waits for them. At most an hour; a longer one counts as that.
    /// </summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <exception cref="DomainException">InvalidArgument: negative, or longer than an hour.</exception>
    public static TimeSpan CheckWatch(TimeSpan watch) => watch >= TimeSpan.Zero && watch <= PromoteWatch.Longest
        ? watch
        : throw DomainException.Invalid("watch", $"{watch} is not between 0 and {PromoteWatch.Longest}; give a time such as '30s', or 0 for none");
}
