namespace CodeB.Delivery.Containers;

/// <summary>The container engine of a server.</summary>
public sealed record ContainerSettings
{
    /// <summary>Instead of an engine's name: the one that the server has.</summary>
    public const string Auto = "auto";

    /// <summary>podman or docker, or the path of one, as both take the same arguments; or <see cref="Auto"/>.</summary>
    public string Engine { get; init; } = "podman";

    /// <summary>Arguments before the engine's command, such as another storage: <c>--root /srv/containers</c>.</summary>
    public IReadOnlyList<string> EngineOptions { get; init; } = [];

    public TimeSpan PullTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For an archive that is loaded while it is still on its way from somebody's machine.</summary>
    public TimeSpan LoadTimeout { get; init; } = TimeSpan.FromHours(2);
}
