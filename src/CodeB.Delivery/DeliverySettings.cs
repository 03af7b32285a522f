using CodeB.Delivery.Containers;
using CodeB.Delivery.Traffic;

namespace CodeB.Delivery;

/// <summary>Where things are on an app server. The defaults are those of the reference fleet.</summary>
public sealed record DeliverySettings
{
    public ContainerSettings Containers { get; init; } = new();

    public TrafficSettings Traffic { get; init; } = new();

    /// <summary>Folder of the slots' ENV files: {project}/{environment}/{slot}.env, each readable by its owner alone.</summary>
    public string EnvDirectory { get; init; } = "/opt/codeb/env";

    /// <summary>Folder for archives on their way into the engine; what is left there by a broken upload is removed by the next ones.</summary>
    public string UploadDirectory { get; init; } = "/opt/codeb/uploads";

    /// <summary>For how long a release command may run.</summary>
    public TimeSpan ReleaseTimeout { get; init; } = TimeSpan.FromMinutes(15);
}
