namespace CodeB.Domain.Backups.Retention;

/// <summary>
/// Which sets a policy keeps. Sets of one environment that hold the same components are counted together, so that a set of ENV
/// alone never takes the day's place of a whole one. Whatever the policy says, these stay: the last good set with each
/// component, a held set, a set that somebody names, and a damaged set until a newer good one holds all that it held.
/// </summary>
public static class RetentionPlan
{
    /// <param name="policy">The rules.</param>
    /// <param name="sets">All finished sets of one project.</param>
    /// <param name="named">Sets that something still needs, and what: a slot's snapshot, a running restore.</param>
    /// <param name="now">Sets dated after it stand outside all counting and stay: a clock was wrong.</param>
    /// <returns>A decision a set, newest first.</returns>
    public static IReadOnlyList<RetentionDecision> Of(
        RetentionPolicy policy, IReadOnlyCollection<StoredSet> sets, IReadOnlyDictionary<SetId, string> named, DateTimeOffset now)
    {
        var decisions = sets.GroupBy(set => set.Environment).SelectMany(environment => OfEnvironment(policy, [.. environment], named, now));
        return [.. decisions.OrderByDescending(decision => decision.Set.Id)];
    }

    private static IEnumerable<RetentionDecision> OfEnvironment(
        RetentionPolicy policy, List<StoredSet> sets, IReadOnlyDictionary<SetId, string> named, DateTimeOffset now)
    {
        var good = sets.Where(set => set.IsGood && set.Id.At <= now).OrderByDescending(set => set.Id).ToList();
        var reference = good.Count > 0 ? good[0].Id.At : now;
        var newest = NewestByComponent(good);
        foreach (var set in sets)
        {
            var alike = good.Where(other => Group(other) == Group(set)).ToList();
            var keep = Guards(set, named, newest, now).Concat(set.IsGood ? Rules(policy, set, alike, reference) : Damaged(policy, set, newest, reference)).ToList();
            yield return keep.Count > 0
                ? new RetentionDecision(set, Keep: true, keep)
                : new RetentionDecision(set, Keep: false, Superseded(policy, set, alike, reference));
        }
    }

    private static IEnumerable<string> Guards(
        StoredSet set, IReadOnlyDictionary<SetId, string> named, Dictionary<string, StoredSet> newest, DateTimeOffset now)
    {
        if (set.Hold is { } hold)
            yield return hold.Length > 0 ? $"held: {hold}" : "held";
        if (named.TryGetValue(set.Id, out var by))
            yield return $"named by {by}";
        if (set.Id.At > now)
            yield return "dated in the future: a clock was wrong";
        var last = set.Components.Where(component => newest.GetValueOrDefault(component) == set).ToList();
        if (last.Count > 0)
            yield return $"last good set with {string.Join(", ", last)}";
    }

    private static IEnumerable<string> Rules(RetentionPolicy policy, StoredSet set, List<StoredSet> alike, DateTimeOffset reference)
    {
        var rank = alike.IndexOf(set);
        if (rank < 0)
            yield break;
        if (rank < policy.Last)
            yield return $"number {rank + 1} of the last {policy.Last}";
        foreach (var tier in RetentionTier.All.Where(tier => tier.Reaches(policy, set.Id.At, reference)))
        {
            if (NewestOf(tier, set, alike) == set)
                yield return $"{tier.Name} {tier.PeriodOf(set.Id.At)}";
        }
    }

    private static IEnumerable<string> Damaged(RetentionPolicy policy, StoredSet set, Dictionary<string, StoredSet> newest, DateTimeOffset reference)
    {
        var only = set.Components.Where(component => !newest.TryGetValue(component, out var good) || good.Id.CompareTo(set.Id) < 0).ToList();
        if (only.Count > 0)
            yield return $"damaged, but no newer good set holds {string.Join(", ", only)}";
        else if (RetentionTier.All[0].Reaches(policy, set.Id.At, reference))
            yield return "damaged; kept to be looked at while its day is kept";
    }

    /// <summary>Why nothing keeps it: what stands for its periods, or that it is too old for any.</summary>
    private static List<string> Superseded(RetentionPolicy policy, StoredSet set, List<StoredSet> alike, DateTimeOffset reference)
    {
        if (!set.IsGood)
            return [$"damaged, and newer good sets hold all that it held: {set.Damage}"];
        var reached = RetentionTier.All.Where(tier => tier.Reaches(policy, set.Id.At, reference)).ToList();
        return reached.Count == 0
            ? [$"older than every period of {policy.ToRules()}"]
            : [.. reached.Select(tier => $"{tier.Name} {tier.PeriodOf(set.Id.At)} is kept by {NewestOf(tier, set, alike).Id}")];
    }

    private static StoredSet NewestOf(RetentionTier tier, StoredSet set, List<StoredSet> alike) =>
        alike.First(other => tier.PeriodOf(other.Id.At) == tier.PeriodOf(set.Id.At));

    private static Dictionary<string, StoredSet> NewestByComponent(List<StoredSet> newestFirst)
    {
        var newest = new Dictionary<string, StoredSet>();
        foreach (var set in newestFirst)
        {
            foreach (var component in set.Components)
                newest.TryAdd(component, set);
        }

        return newest;
    }

    private static string Group(StoredSet set) => string.Join(',', set.Components.Order(StringComparer.Ordinal));
}
