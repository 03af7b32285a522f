using CodeB.Domain.Projects;

namespace CodeB.Grains.Abstractions.Registry;

/// <summary>Key <c>worb/feature-login-1a2b3c4d</c>: a preview's life, from its first creation to its removal by itself.</summary>
public interface IPreviewGrain : IGrainWithStringKey
{
    /// <summary>
    /// Adds the preview, or extends its lifetime. Its ENV begins as a copy of staging's, where there is one; never of
    /// production's, whose secrets a branch's code must not see.
    /// </summary>
    Task<EnvironmentSpec> CreateAsync(PreviewCommand command);
}

[GenerateSerializer]
[Alias("codeb.PreviewCommand")]
public sealed record PreviewCommand
{
    [Id(0)]
    public string Branch { get; init; } = "";

    /// <summary>Null: seven days.</summary>
    [Id(1)]
    public TimeSpan? Lifetime { get; init; }

    /// <summary>Empty: staging's, else production's.</summary>
    [Id(2)]
    public string Server { get; init; } = "";

    /// <summary>Empty: made from the branch and the project's domain.</summary>
    [Id(3)]
    public string Domain { get; init; } = "";

    [Id(4)]
    public Allotment How { get; init; } = new();

    [Id(5)]
    public string StartedBy { get; init; } = "";
}
