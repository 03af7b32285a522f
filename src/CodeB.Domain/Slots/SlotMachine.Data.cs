using CodeB.Domain.Errors;

namespace CodeB.Domain.Slots;

/// <summary>The data that the slots' versions wrote.</summary>
public static partial class SlotMachine
{
    /// <summary>What the slot to roll back to has of its data in kept form; null where nothing of it was kept or it was dropped.</summary>
    public static KeptData? KeptOf(SlotPair pair, SlotName name) =>
        pair[name].KeptBy.Length == 0 ? null : pair.Kept.Find(kept => kept.OperationId == pair[name].KeptBy);

    /// <summary>
    /// After a rollback with data: the slot that lost the traffic has the backup set of its data, and what was live is kept under
    /// another name for as long as that slot.
    /// </summary>
    /// <param name="pair">The pair after the rollback.</param>
    /// <param name="kept">What was live before, now kept.</param>
    /// <param name="taken">Of the data kept by an earlier rollback: the components that are live again. Null where none was used.</param>
    /// <param name="dbSnapshot">The safety set, or empty where the project has no database.</param>
    /// <param name="redisSnapshot">The same for Redis.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="DomainException">FailedPrecondition: no slot has just lost the traffic.</exception>
    public static SlotPair DataReplaced(
        SlotPair pair, KeptData kept, KeptData? taken, string dbSnapshot, string redisSnapshot, DateTimeOffset now)
    {
        var name = Idle(pair);
        if (pair[name].State != SlotState.Grace)
            throw Refused(pair, $"slot {Word(name)} is {Word(pair[name].State)}: it has not just lost the traffic", $"see 'we slots {pair.Project}'");
        List<KeptData> rest = [.. pair.Kept.Select(k => k.OperationId == taken?.OperationId ? Without(k, taken.Places.Keys) : k).Where(k => k.Places.Count > 0)];
        return Next(pair, now).With(name, pair[name] with { DbSnapshot = dbSnapshot, RedisSnapshot = redisSnapshot, KeptBy = kept.OperationId }) with
        {
            Kept = [.. rest, kept],
        };
    }

    /// <summary>The kept data whose time is over and which is to be dropped.</summary>
    public static IReadOnlyList<KeptData> KeptTooLong(SlotPair pair, DateTimeOffset now) => [.. pair.Kept.Where(kept => kept.Until <= now)];

    /// <summary>The kept data of that operation was dropped.</summary>
    public static SlotPair KeptDropped(SlotPair pair, string operationId, DateTimeOffset now)
    {
        var next = Next(pair, now) with { Kept = [.. pair.Kept.Where(kept => kept.OperationId != operationId)] };
        foreach (var name in new[] { SlotName.Blue, SlotName.Green })
        {
            if (next[name].KeptBy == operationId)
                next = next.With(name, next[name] with { KeptBy = "" });
        }

        return next;
    }

    /// <summary>The slot that the data was kept for is given up: the data may go as well.</summary>
    private static SlotPair DataGivenUp(SlotPair pair, string keptBy, DateTimeOffset now) => keptBy.Length == 0 ? pair : pair with
    {
        Kept = [.. pair.Kept.Select(kept => kept.OperationId == keptBy && kept.Until > now ? kept with { Until = now } : kept)],
    };

    private static KeptData Without(KeptData kept, IEnumerable<string> components) => kept with
    {
        Places = kept.Places.Where(place => !components.Contains(place.Key)).ToDictionary(),
    };
}
