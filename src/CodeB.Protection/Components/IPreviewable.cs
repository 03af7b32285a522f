namespace CodeB.Protection.Components;

/// <summary>A component that can say what a restore would change before anything changes.</summary>
public interface IPreviewable : IBackupComponent
{
    /// <summary>Reads only, the set and the server: what would differ after a restore, in the order of the paths.</summary>
    Task<IReadOnlyList<Difference>> PreviewAsync(SetContent set, CancellationToken cancellationToken);
}

/// <summary>One thing that a restore would change.</summary>
/// <param name="Path">Where, on the server.</param>
/// <param name="What">One line: what would change.</param>
/// <param name="Diff">A unified diff from live to set where both are text, else empty.</param>
public sealed record Difference(string Path, string What, string Diff = "");
