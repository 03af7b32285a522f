using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Protection.DataPath;
using CodeB.Protection.Sets;

namespace CodeB.Protection.Components;

/// <summary>A finished set to read from.</summary>
public sealed class SetContent(BackupManifest manifest, SetRepository sets, KeyRing? keys)
{
    public BackupManifest Manifest { get; } = manifest;

    /// <exception cref="DomainException">DataLoss: the set has no such artifact.</exception>
    public BackupArtifact Artifact(string name) =>
        Manifest.Artifacts.FirstOrDefault(a => a.Name == name)
        ?? throw new DomainException(ErrorCode.DataLoss, $"{Manifest.SetId}: has no artifact {name}");

    /// <summary>Streams an artifact's original bytes; a damaged one ends in DataLoss, at the latest after its last byte.</summary>
    public Task ReadAsync(
        BackupArtifact artifact, Func<Stream, CancellationToken, Task> consume, Action<long>? progress, CancellationToken cancellationToken) =>
        sets.ReadAsync(Manifest, artifact, keys, consume, progress, cancellationToken);
}
