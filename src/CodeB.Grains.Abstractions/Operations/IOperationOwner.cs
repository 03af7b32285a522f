using CodeB.Domain.Operations;
using Orleans.Concurrency;

namespace CodeB.Grains.Abstractions.Operations;

/// <summary>
/// What every grain offers that runs operations. One operation at a time: a second one is refused with
/// FAILED_PRECONDITION and the id of the running one. Reads interleave with it.
/// </summary>
public interface IOperationOwner : IGrainWithStringKey
{
    /// <summary>Null where this grain has no such operation (any more).</summary>
    [AlwaysInterleave]
    Task<Operation?> GetOperationAsync(string id);

    /// <summary>The events from now on; ends when the operation has finished.</summary>
    [AlwaysInterleave]
    IAsyncEnumerable<OperationEvent> WatchAsync(string id, CancellationToken cancellationToken);

    /// <summary>Asks the running operation to stop; what it has done is undone.</summary>
    [AlwaysInterleave]
    Task<Operation> CancelAsync(string id);

    /// <summary>
    /// Takes up an operation that a stop of CodeB interrupted, if there is one. Activation does it already, so the call's
    /// only work is to activate the grain.
    /// </summary>
    Task ResumeAsync();
}

/// <summary>The grain that owns an operation, by its interface.</summary>
public enum OperationOwnerKind
{
    SlotPair,
    BackupJob,
    Restore,
}

/// <summary>One operation in the index: enough to list it and to find its owner.</summary>
[GenerateSerializer]
[Alias("codeb.OperationEntry")]
public sealed record OperationEntry
{
    [Id(0)]
    public string Id { get; init; } = "";

    [Id(1)]
    public OperationOwnerKind Owner { get; init; }

    /// <summary>The owning grain's key.</summary>
    [Id(2)]
    public string OwnerKey { get; init; } = "";

    [Id(3)]
    public string Target { get; init; } = "";

    [Id(4)]
    public OperationState State { get; init; }

    [Id(5)]
    public DateTimeOffset StartedAt { get; init; }
}

/// <summary>
/// Key <c>all</c>: which operations there are and who owns them. An entry is written before the operation starts, so that a
/// restart finds every unfinished one.
/// </summary>
public interface IOperationIndexGrain : IGrainWithStringKey
{
    const string Key = "all";

    Task PutAsync(OperationEntry entry);

    [AlwaysInterleave]
    Task<OperationEntry?> FindAsync(string id);

    /// <summary>Newest first. <paramref name="target"/> is a whole target or its part before the slash; empty means all.</summary>
    [AlwaysInterleave]
    Task<List<OperationEntry>> ListAsync(string target, bool runningOnly, int limit);
}

/// <summary>From an index entry to the grain that owns the operation.</summary>
public static class OperationOwners
{
    public static IOperationOwner GetOwner(this IGrainFactory grains, OperationEntry entry) => entry.Owner switch
    {
        OperationOwnerKind.SlotPair => grains.GetGrain<Slots.ISlotPairGrain>(entry.OwnerKey),
        OperationOwnerKind.BackupJob => grains.GetGrain<Backups.IBackupJobGrain>(entry.OwnerKey),
        OperationOwnerKind.Restore => grains.GetGrain<Backups.IRestoreGrain>(entry.OwnerKey),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.Owner, "no grain owns such operations"),
    };
}
