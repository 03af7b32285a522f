using System.Security.Cryptography;
using System.Text;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Domain.Slots;
using CodeB.Protection.DataPath;
using CodeB.Protection.Sets;
using CodeB.Runbooks;

namespace CodeB.Protection.Components;

/// <summary>A component's view of the restore it takes part in.</summary>
public sealed class RestoreRun(StepRun step, BackupManifest manifest, SetRepository sets, KeyRing? keys, KeptData? kept = null)
{
    /// <summary>Eight hexadecimal digits that are this restore's alone, and the same after a resume: part of scratch names.</summary>
    public string Id { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(step.OperationId)).AsSpan(0, 4));

    public SetContent Set { get; } = new(manifest, sets, keys);

    public BackupManifest Manifest => Set.Manifest;

    /// <summary>This operation, as what it keeps is marked.</summary>
    public string OperationId => step.OperationId;

    /// <summary>Where a component's data is taken from instead of the set: it was kept there; null for the set.</summary>
    public string? KeptPlaceOf(string component) => kept?.Places.GetValueOrDefault(component);

    /// <summary>The operation that kept it; empty where nothing is taken from kept data.</summary>
    public string KeptBy => kept?.OperationId ?? "";

    /// <summary>The operation's facts; a component prefixes its own with its name.</summary>
    public IDictionary<string, string> Facts => step.Facts;

    /// <inheritdoc cref="SetContent.Artifact"/>
    /// <exception cref="DomainException">DataLoss: the set has no such artifact.</exception>
    public BackupArtifact Artifact(string name) => Set.Artifact(name);

    /// <summary>Streams an artifact's original bytes; a damaged one ends in DataLoss, at the latest after its last byte.</summary>
    public Task ReadAsync(string artifact, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken)
    {
        var entry = Artifact(artifact);
        return Set.ReadAsync(entry, consume, bytes => step.Report(bytes, entry.StoredBytes), cancellationToken);
    }

    public Task SaveAsync(CancellationToken cancellationToken) => step.SaveAsync(cancellationToken);

    public void Report(string message) => step.Report(message);
}
