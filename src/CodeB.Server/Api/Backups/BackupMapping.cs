using CodeB.Grains.Abstractions.Backups;
using CodeB.V1;

namespace CodeB.Server.Api.Backups;

/// <summary>Sets and their verification, from the grains' records to the API's messages.</summary>
internal static class BackupMapping
{
    public static BackupSet ToProto(this CatalogEntry entry)
    {
        var set = new BackupSet
        {
            Id = entry.SetId,
            Project = entry.Project,
            Environment = entry.Environment,
            CreatedAt = entry.StartedAt.ToProto(),
            Server = entry.Server,
            Path = entry.Path,
            DurationMs = (long)(entry.FinishedAt - entry.StartedAt).TotalMilliseconds,
        };
        set.Artifacts.AddRange(entry.Artifacts.Select(a => new Artifact
        {
            Component = a.Component,
            File = a.File,
            Bytes = a.StoredBytes,
            PlainBytes = a.OriginalBytes,
            Sha256 = a.Sha256,
            DurationMs = (long)a.Duration.TotalMilliseconds,
        }));
        return set;
    }

    public static VerifyUpdate ToProto(this VerifyProgress progress)
    {
        var update = new VerifyUpdate { Artifact = progress.Artifact, BytesDone = progress.BytesDone, BytesTotal = progress.BytesTotal };
        if (progress.Verdict is { } verdict)
        {
            update.Result = new VerifyResult { Set = verdict.Set, Ok = verdict.Problems.Count == 0, BytesRead = verdict.BytesRead };
            update.Result.Problems.AddRange(verdict.Problems);
        }

        return update;
    }

    public static V1.RestorePreview ToProto(this Grains.Abstractions.Backups.RestorePreview preview)
    {
        var proto = new V1.RestorePreview { Set = preview.Set, LeftOut = preview.LeftOut };
        proto.Differences.AddRange(preview.Differences.Select(d => new V1.RestoreDifference
        {
            Component = d.Component,
            Path = d.Path,
            What = d.What,
            Diff = d.Diff,
        }));
        return proto;
    }
}
