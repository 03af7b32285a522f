namespace CodeB.Protection.Config;

/// <summary>The configuration that belongs to the project.</summary>
public sealed record ConfigSettings
{
    /// <summary>Absolute and normal paths; none lies in another.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Those of the paths without which a backup goes on.</summary>
    public IReadOnlyList<string> Optional { get; init; } = [];
}
