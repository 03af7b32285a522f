using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Persistence;

namespace CodeB.Grains.Operations;

/// <summary>The index's entries, newest last.</summary>
[GenerateSerializer]
[Alias("codeb.OperationIndexState")]
public sealed record OperationIndexState
{
    [Id(0)]
    public List<OperationEntry> Entries { get; init; } = [];
}

internal sealed class OperationIndexGrain([PersistentState("operation-index")] IPersistentState<OperationIndexState> state)
    : Grain, IOperationIndexGrain
{
    private const int Kept = 1000;

    Task IOperationIndexGrain.PutAsync(OperationEntry entry) => state.ChangeAsync(s => new OperationIndexState { Entries = With(s.Entries, entry) });

    Task<OperationEntry?> IOperationIndexGrain.FindAsync(string id) => Task.FromResult(state.State.Entries.Find(e => e.Id == id));

    Task<List<OperationEntry>> IOperationIndexGrain.ListAsync(string target, bool runningOnly, int limit) => Task.FromResult(
        state.State.Entries
            .Where(e => target.Length == 0 || e.Target == target || e.Target.StartsWith(target + "/", StringComparison.Ordinal))
            .Where(e => !runningOnly || !IsFinished(e))
            .OrderByDescending(e => e.StartedAt)
            .Take(limit)
            .ToList());

    private static List<OperationEntry> With(List<OperationEntry> before, OperationEntry entry)
    {
        List<OperationEntry> entries = [.. before.Where(e => e.Id != entry.Id), entry];
        // Finished ones make room; an unfinished one is never forgotten.
        for (var i = 0; entries.Count > Kept && i < entries.Count;)
        {
            if (IsFinished(entries[i]))
                entries.RemoveAt(i);
            else
                i++;
        }

        return entries;
    }

    private static bool IsFinished(OperationEntry entry) => entry.State is not (OperationState.Running or OperationState.Undoing);
}
