using Orleans.Concurrency;

namespace CodeB.Grains.Abstractions.Backups;

/// <summary>
/// Key <c>worb</c>: the sets of one project, always read from the backup server's manifests, which alone say what exists.
/// </summary>
public interface IBackupCatalogGrain : IGrainWithStringKey
{
    /// <summary>Newest first.</summary>
    [AlwaysInterleave]
    Task<List<CatalogEntry>> ListAsync();

    /// <summary>NOT_FOUND if there is no such set; <paramref name="set"/> may be <c>latest</c>.</summary>
    [AlwaysInterleave]
    Task<CatalogEntry> GetAsync(string set);

    /// <summary>Re-reads a set; the last item carries the result.</summary>
    /// <param name="set">An id or <c>latest</c>.</param>
    /// <param name="quick">Names and sizes only; otherwise every byte is read, decrypted and decompressed.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    [AlwaysInterleave]
    IAsyncEnumerable<VerifyProgress> VerifyAsync(string set, bool quick, CancellationToken cancellationToken);
}

/// <summary>Key: a backup server's name. What the status shows of all its projects, by one look at the server.</summary>
public interface INewestSetsGrain : IGrainWithStringKey
{
    /// <summary>One for each project that has a finished set.</summary>
    [AlwaysInterleave]
    Task<List<NewestSet>> ListAsync();
}

/// <summary>A project's newest set, or why it cannot be read.</summary>
[GenerateSerializer]
[Alias("codeb.NewestSet")]
public sealed record NewestSet
{
    [Id(0)]
    public string Project { get; init; } = "";

    /// <summary>Null where it cannot be read.</summary>
    [Id(1)]
    public CatalogEntry? Set { get; init; }

    [Id(2)]
    public string Error { get; init; } = "";
}

[GenerateSerializer]
[Alias("codeb.CatalogEntry")]
public sealed record CatalogEntry
{
    [Id(0)]
    public string SetId { get; init; } = "";

    [Id(1)]
    public string Project { get; init; } = "";

    [Id(2)]
    public string Environment { get; init; } = "";

    [Id(3)]
    public DateTimeOffset StartedAt { get; init; }

    [Id(4)]
    public DateTimeOffset FinishedAt { get; init; }

    [Id(5)]
    public List<CatalogArtifact> Artifacts { get; init; } = [];

    /// <summary>The server that keeps it.</summary>
    [Id(6)]
    public string Server { get; init; } = "";

    /// <summary>Its folder there.</summary>
    [Id(7)]
    public string Path { get; init; } = "";
}

/// <summary>One file of a set.</summary>
[GenerateSerializer]
[Alias("codeb.CatalogArtifact")]
public sealed record CatalogArtifact
{
    [Id(0)]
    public string Component { get; init; } = "";

    [Id(1)]
    public string File { get; init; } = "";

    /// <summary>As stored: compressed and encrypted.</summary>
    [Id(2)]
    public long StoredBytes { get; init; }

    [Id(3)]
    public long OriginalBytes { get; init; }

    /// <summary>Of the stored file.</summary>
    [Id(4)]
    public string Sha256 { get; init; } = "";

    [Id(5)]
    public TimeSpan Duration { get; init; }
}

[GenerateSerializer]
[Alias("codeb.VerifyProgress")]
public sealed record VerifyProgress
{
    [Id(0)]
    public string Artifact { get; init; } = "";

    [Id(1)]
    public long BytesDone { get; init; }

    [Id(2)]
    public long BytesTotal { get; init; }

    /// <summary>Only in the last item.</summary>
    [Id(3)]
    public VerifyVerdict? Verdict { get; init; }
}

[GenerateSerializer]
[Alias("codeb.VerifyVerdict")]
public sealed record VerifyVerdict
{
    [Id(0)]
    public string Set { get; init; } = "";

    /// <summary>What is wrong and where, one line each; empty means that the set is good.</summary>
    [Id(1)]
    public List<string> Problems { get; init; } = [];

    [Id(2)]
    public long BytesRead { get; init; }
}
