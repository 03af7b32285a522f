namespace CodeB.Delivery.Containers;

/// <summary>The container engine of a server.</summary>
public sealed record ContainerSettings
{
    /// <summary>podman or docker, or the path of one; both take the same arguments.</summary>
    public string Engine { get; init; } = "podman";

    /// <summary>Arguments before the engine's command, such as another storage: <c>--root /srv/containers</c>.</summary>
    public IReadOnlyList<string> EngineOptions { get; init; } = [];

    /// <summary>How long a container may take to end by itself before it is killed.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan PullTimeout { get; init; } = TimeSpan.FromMinutes(10);
}
