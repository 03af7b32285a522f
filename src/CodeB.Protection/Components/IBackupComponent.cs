using CodeB.Domain.Backups;

namespace CodeB.Protection.Components;

/// <summary>
/// One kind of data that a set covers. A new one is a folder with an implementation and a line in
/// <see cref="ComponentCatalog"/>; the set repository, the runbooks and the verifier treat all alike.
/// </summary>
/// <remarks>
/// A restore goes in phases so that nothing live changes before everything new is ready, and everything can be taken back
/// until the very end: stage every component beside the live data → switch every component → check → drop the old. Each
/// member may be called again after CodeB died in the middle of it.
/// </remarks>
public interface IBackupComponent
{
    /// <summary>As in requests, manifests and file names: postgres.</summary>
    string Name { get; }

    /// <summary>Reads only: whether the data can be reached, and how much of it there is.</summary>
    Task<ComponentStatus> StatusAsync(CancellationToken cancellationToken);

    /// <summary>What to store, in order. Nothing is read before a source is written out.</summary>
    Task<IReadOnlyList<BackupSource>> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Reads an artifact's original bytes and throws DataLoss where they are not what this component wrote.</summary>
    Task VerifyAsync(BackupArtifact artifact, Stream content, CancellationToken cancellationToken);

    /// <summary>Reads only: throws unless the target can take the set's data (reachable, room for old and new side by side).</summary>
    /// <returns>One line about what would be replaced.</returns>
    Task<string> CheckTargetAsync(BackupManifest manifest, CancellationToken cancellationToken);

    /// <summary>Brings the data beside the live data and proves that it can be used.</summary>
    Task StageAsync(RestoreRun run, CancellationToken cancellationToken);

    /// <summary>Removes what <see cref="StageAsync"/> made, finished or not.</summary>
    Task UnstageAsync(RestoreRun run, CancellationToken cancellationToken);

    /// <summary>Makes the staged data live and keeps the old. Writers that were held before are still held after it.</summary>
    Task SwitchAsync(RestoreRun run, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the old data live again, from wherever <see cref="SwitchAsync"/> had come to. Writers are held by it, and stay held.
    /// </summary>
    Task SwitchBackAsync(RestoreRun run, CancellationToken cancellationToken);

    /// <summary>Throws unless the live data is the restored data.</summary>
    /// <returns>One line with the figures that were compared.</returns>
    Task<string> CheckAsync(RestoreRun run, CancellationToken cancellationToken);

    /// <summary>Removes the old data. There is no way back after this.</summary>
    Task DropOldAsync(RestoreRun run, CancellationToken cancellationToken);
}

/// <summary>What a component shows of itself.</summary>
/// <param name="Summary">One line for people: where, which version, how much.</param>
/// <param name="Bytes">An upper estimate of what a backup stores, in bytes, before compression.</param>
public sealed record ComponentStatus(string Summary, long Bytes);

/// <summary>One artifact to be: a name and a way to write its bytes out.</summary>
/// <param name="Name">Without the endings of compression and encryption: postgres.dump.</param>
/// <param name="WriteToAsync">Writes all bytes, or throws; returning means that the source has said that it was complete.</param>
public sealed record BackupSource(string Name, Func<Stream, CancellationToken, Task> WriteToAsync)
{
    /// <summary>Kept in the manifest for the restore; no secrets.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>For progress, in bytes; 0 when unknown.</summary>
    public long EstimatedBytes { get; init; }
}
