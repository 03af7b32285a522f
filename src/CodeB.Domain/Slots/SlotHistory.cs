namespace CodeB.Domain.Slots;

/// <summary>Which versions a slot pair has had. Each release stands in it once, from the moment it ends.</summary>
public static class SlotHistory
{
    /// <summary>How many ended releases a pair remembers; older ones are forgotten.</summary>
    public const int Kept = 100;

    /// <summary>Characters of a reason that are kept; the operation keeps it whole.</summary>
    public const int LongestReason = 1000;

    /// <summary>All releases, newest first: those that have or await the traffic, then the ended ones.</summary>
    public static IReadOnlyList<Release> Of(SlotPair pair)
    {
        var idle = SlotMachine.Idle(pair);
        return
        [
            .. new[] { idle, SlotMachine.Other(idle) }.Where(name => IsOpen(pair[name])).Select(name => Open(name, pair[name])),
            .. pair.History,
        ];
    }

    /// <summary>Whether the slot's release has not ended: a slot in grace or failed has its entry already.</summary>
    internal static bool IsOpen(Slot slot) => slot.State is SlotState.Deploying or SlotState.Deployed or SlotState.Active;

    internal static SlotPair Ended(this SlotPair pair, SlotName name, string end, string by, DateTimeOffset now, string reason = "")
    {
        var release = Open(name, pair[name]) with { EndedAt = now, End = end, EndedBy = by, Reason = Shortened(reason) };
        return pair with { History = [release, .. pair.History.Take(Kept - 1)] };
    }

    internal static string Shortened(string reason) => reason.Length <= LongestReason ? reason : reason[..(LongestReason - 1)] + "…";

    private static Release Open(SlotName name, Slot slot) => new()
    {
        Slot = name,
        Version = slot.Version,
        Image = slot.Image,
        DeployedAt = slot.DeployedAt,
        DeployedBy = slot.DeployedBy,
        PromotedAt = slot.PromotedAt,
        PromotedBy = slot.PromotedBy,
        DbSnapshot = slot.DbSnapshot,
        RedisSnapshot = slot.RedisSnapshot,
    };
}
