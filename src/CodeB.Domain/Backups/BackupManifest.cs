using System.Text.Json;
using System.Text.Json.Serialization;
using CodeB.Domain.Errors;

namespace CodeB.Domain.Backups;

/// <summary>
/// What <c>backup_manifest.json</c> says of a set. It is written last: a set without it does not exist. The catalog can be
/// rebuilt from the manifests alone, so everything a restore needs to know stands here, and no secret does.
/// </summary>
public sealed record BackupManifest
{
    public const string FileName = "backup_manifest.json";
    public const string SumsFileName = "SHA256SUMS";
    public const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    public int Version { get; init; } = CurrentVersion;
    public string SetId { get; init; } = "";
    public string Project { get; init; } = "";
    public string Environment { get; init; } = "";

    /// <summary>The operation that wrote the set, by which its journal is found.</summary>
    public string OperationId { get; init; } = "";
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset FinishedAt { get; init; }

    /// <summary>In the order in which they were read.</summary>
    public IReadOnlyList<BackupArtifact> Artifacts { get; init; } = [];

    /// <summary>How far the components agree in time, and what was paused for that: one line each, for people.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    [JsonIgnore]
    public IReadOnlyList<string> Components => [.. Artifacts.Select(a => a.Component).Distinct()];

    [JsonIgnore]
    public long StoredBytes => Artifacts.Sum(a => a.StoredBytes);

    [JsonIgnore]
    public long OriginalBytes => Artifacts.Sum(a => a.OriginalBytes);

    /// <exception cref="DomainException">DataLoss: not a manifest, or of a newer version; says which file.</exception>
    public static BackupManifest FromJson(ReadOnlySpan<byte> json, string file)
    {
        BackupManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<BackupManifest>(json, Json);
        }
        catch (JsonException error)
        {
            throw new DomainException(ErrorCode.DataLoss, $"{file}: is not a backup manifest: {error.Message}", inner: error);
        }

        if (manifest is null || !Backups.SetId.TryParse(manifest.SetId, out _))
            throw new DomainException(ErrorCode.DataLoss, $"{file}: is not a backup manifest: it names no set");
        if (manifest.Version is < 1 or > CurrentVersion)
            throw new DomainException(ErrorCode.DataLoss, $"{file}: is of version {manifest.Version}; this CodeB reads version {CurrentVersion}");
        var unsafeName = manifest.Artifacts.FirstOrDefault(a => !BackupArtifact.IsSafeFileName(a.File));
        return unsafeName is null
            ? manifest
            : throw new DomainException(ErrorCode.DataLoss, $"{file}: an artifact's file name leaves the set's folder");
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>The content of <c>SHA256SUMS</c>, as <c>sha256sum -c</c> reads it in the set's folder.</summary>
    public string ToSums() => string.Concat(Artifacts.Select(a => $"{a.StoredSha256}  {a.File}\n"));
}

/// <summary>One file of a set.</summary>
public sealed record BackupArtifact
{
    /// <summary>The component's name: postgres, redis, env.</summary>
    public string Component { get; init; } = "";

    /// <summary>What it is before compression: postgres.dump.</summary>
    public string Name { get; init; } = "";

    /// <summary>The file in the set's folder: postgres.dump.zst.enc.</summary>
    public string File { get; init; } = "";
    public long OriginalBytes { get; init; }
    public long StoredBytes { get; init; }

    /// <summary>Of the stored file, as in SHA256SUMS.</summary>
    public string StoredSha256 { get; init; } = "";

    /// <summary>Of the content before compression and encryption.</summary>
    public string ContentSha256 { get; init; } = "";
    public string Compression { get; init; } = "zstd";

    /// <summary>Empty when stored in the clear.</summary>
    public string Encryption { get; init; } = "";

    /// <summary>The instant the content is consistent with: when its reading began.</summary>
    public DateTimeOffset At { get; init; }
    public DateTimeOffset FinishedAt { get; init; }

    /// <summary>What the component wants to know again when it restores: encoding, owner, counts. No secrets.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>A name that stays in the set's folder and needs no quoting anywhere.</summary>
    public static bool IsSafeFileName(string name) =>
        name.Length is > 0 and <= 100 && name[0] is not ('.' or '-') && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
