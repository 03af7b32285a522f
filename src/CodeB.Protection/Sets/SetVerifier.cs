using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Protection.DataPath;

namespace CodeB.Protection.Sets;

/// <summary>What a verification found of one artifact. <paramref name="Problem"/> is empty when it is whole.</summary>
/// <param name="Component">Its component's name.</param>
/// <param name="File">Its file in the set's folder.</param>
/// <param name="StoredBytes">What the manifest states.</param>
/// <param name="Problem">What is wrong and where (host, path, chunk).</param>
public sealed record ArtifactCheck(string Component, string File, long StoredBytes, string Problem)
{
    public bool Ok => Problem.Length == 0;
}

/// <summary>What a verification found of a set.</summary>
/// <param name="SetId">The set.</param>
/// <param name="Full">Whether every byte was read again, or only the manifest, the sums and the sizes.</param>
/// <param name="Artifacts">One a file, in the manifest's order.</param>
public sealed record VerifyResult(string SetId, bool Full, IReadOnlyList<ArtifactCheck> Artifacts)
{
    public bool Ok => Artifacts.All(a => a.Ok);

    /// <exception cref="DomainException">DataLoss, naming every damaged artifact.</exception>
    public void ThrowIfDamaged()
    {
        if (!Ok)
            throw new DomainException(ErrorCode.DataLoss, string.Join("; ", Artifacts.Where(a => !a.Ok).Select(a => a.Problem)));
    }
}

/// <summary>Checks finished sets.</summary>
public sealed class SetVerifier(SetRepository sets, KeyRing? keys, IReadOnlyCollection<IBackupComponent> components)
{
    /// <summary>The manifest, SHA256SUMS and the files' sizes: a few round trips whatever the size.</summary>
    public async Task<VerifyResult> QuickAsync(SetId set, CancellationToken cancellationToken = default)
    {
        var manifest = await sets.ReadManifestAsync(set, cancellationToken);
        var files = await sets.FilesAsync(set, cancellationToken);
        var sums = (await sets.ReadSumsAsync(set, cancellationToken)).Split('\n').ToHashSet();
        var checks = manifest.Artifacts.Select(a => new ArtifactCheck(a.Component, a.File, a.StoredBytes, Quick(set, a, files, sums)));
        return new VerifyResult(set.Value, Full: false, [.. checks]);
    }

    /// <summary>Reads every byte: hash, decryption, decompression, and the component's own check of the content.</summary>
    /// <param name="set">The set.</param>
    /// <param name="only">Components to read; null for all.</param>
    /// <param name="progress">Stored bytes read and in all.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<VerifyResult> FullAsync(
        SetId set, IReadOnlyCollection<string>? only = null, Action<long, long>? progress = null, CancellationToken cancellationToken = default)
    {
        var quick = await QuickAsync(set, cancellationToken);
        var manifest = await sets.ReadManifestAsync(set, cancellationToken);
        var wanted = manifest.Artifacts.Where(a => only is null || only.Contains(a.Component)).ToList();
        var total = wanted.Sum(a => a.StoredBytes);
        var before = 0L;
        var checks = new List<ArtifactCheck>();
        foreach (var artifact in wanted)
        {
            var check = quick.Artifacts.First(c => c.File == artifact.File);
            var start = before;
            if (check.Ok)
                check = check with { Problem = await FullAsync(manifest, artifact, b => progress?.Invoke(start + b, total), cancellationToken) };
            checks.Add(check);
            before += artifact.StoredBytes;
        }

        return new VerifyResult(set.Value, Full: true, checks);
    }

    private string Quick(SetId set, BackupArtifact artifact, IReadOnlyDictionary<string, long> files, HashSet<string> sums)
    {
        var path = $"{sets.Host}:{sets.FolderOf(set)}/{artifact.File}";
        if (!files.TryGetValue(artifact.File, out var bytes))
            return $"{path}: is missing";
        if (bytes != artifact.StoredBytes)
            return $"{path}: has {bytes} bytes, the manifest says {artifact.StoredBytes}";
        return sums.Contains($"{artifact.StoredSha256}  {artifact.File}") ? "" : $"{path}: {BackupManifest.SumsFileName} does not list it with the manifest's hash";
    }

    private async Task<string> FullAsync(BackupManifest manifest, BackupArtifact artifact, Action<long> progress, CancellationToken cancellationToken)
    {
        var component = components.FirstOrDefault(c => c.Name == artifact.Component);
        try
        {
            await sets.ReadAsync(
                manifest,
                artifact,
                keys,
                (content, token) => component is null ? content.CopyToAsync(Stream.Null, token) : component.VerifyAsync(artifact, content, token),
                progress,
                cancellationToken);
            return "";
        }
        catch (DomainException error) when (error.Code == ErrorCode.DataLoss || error is HostException { Failure: HostFailure.CommandFailed })
        {
            return error.Message;
        }
    }
}
