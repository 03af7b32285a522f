namespace CodeB.Protection.Env;

/// <summary>Where the project's ENV file lies.</summary>
public sealed record EnvSettings
{
    /// <summary>Absolute path on the app server.</summary>
    public string Path { get; init; } = "";
}
