namespace CodeB.Domain.Slots;

/// <summary>Who has the traffic.</summary>
public static partial class SlotMachine
{
    /// <summary>Gives the traffic to the deployed slot; the one that had it goes into grace.</summary>
    public static SlotPair Promote(SlotPair pair, string by, DateTimeOffset now, TimeSpan? grace = null)
    {
        var name = Idle(pair);
        var slot = pair[name];
        switch (slot.State)
        {
            case SlotState.Deployed when slot.HealthStatus == Health.Healthy:
                return Switch(pair, name, ReleaseEnd.Replaced, by, now, grace);
            case SlotState.Deployed:
                throw Refused(pair, $"slot {Word(name)} has {slot.Version}, which is {slot.HealthStatus}",
                    $"look at its log and deploy again: 'we deploy {pair.Project}'");
            case SlotState.Grace:
                throw Refused(pair, $"slot {Word(name)} is in grace: its {slot.Version} was active before",
                    $"to make it active again type 'we rollback {pair.Project}'");
            case SlotState.Deploying:
                throw Refused(pair, $"slot {Word(name)} is still deploying {slot.Version}",
                    $"wait for it, see 'we status {pair.Project}'");
            default:
                throw Refused(pair, $"slot {Word(name)} is {Word(slot.State)}: nothing is deployed to promote",
                    $"deploy first: 'we deploy {pair.Project}'");
        }
    }

    /// <summary>Gives the traffic back to the slot in grace; the one that had it goes into grace itself, so the rollback can be undone.</summary>
    public static SlotPair Rollback(SlotPair pair, string by, DateTimeOffset now, TimeSpan? grace = null)
    {
        var name = Idle(pair);
        if (pair[name].State != SlotState.Grace)
        {
            throw Refused(pair, $"slot {Word(name)} is {Word(pair[name].State)}, not in grace: there is no version to go back to",
                $"deploy the version you want: 'we deploy {pair.Project}'");
        }

        return Switch(pair, name, ReleaseEnd.RolledBack, by, now, grace);
    }

    /// <summary>
    /// Takes a promote or a rollback back: the slot that had the traffic before is active again, exactly as it was.
    /// </summary>
    /// <param name="pair">The pair after the switch.</param>
    /// <param name="before">The pair as the switch found it.</param>
    /// <param name="reason">
    /// What the new slot did wrong while it had the traffic: it has then failed. Empty where it did nothing wrong, for instance
    /// when somebody cancelled: it is as it was, too.
    /// </param>
    /// <param name="by">Who takes it back.</param>
    /// <param name="now">The time.</param>
    public static SlotPair Revert(SlotPair pair, SlotPair before, string reason, string by, DateTimeOffset now)
    {
        if (pair.ActiveSlot is not { } to || to == before.ActiveSlot)
        {
            throw Refused(pair, $"slot {(pair.ActiveSlot is { } active ? Word(active) : "none")} had the traffic before as well: there is no switch to take back",
                $"see 'we slots {pair.Project}'");
        }

        if (!OnlySwitched(pair, before, to))
        {
            throw Refused(pair, "its slots have changed since that switch: it cannot be taken back any more",
                $"see 'we slots {pair.Project}' and deploy the version you want: 'we deploy {pair.Project}'");
        }

        var next = reason.Length == 0
            ? pair.With(to, AsBefore(pair[to], before[to])) with { History = before.History }
            : (pair with { History = before.History })
                .Ended(to, ReleaseEnd.RolledBack, by, now, reason)
                .With(to, Failed(pair[to], reason) with { TrafficLostAt = now });
        if (before.ActiveSlot is { } from)
            next = next.With(from, AsBefore(pair[from], before[from]));
        return Next(next, now) with { ActiveSlot = before.ActiveSlot };
    }

    /// <summary>Whether the switch is all that has happened since <paramref name="before"/>: the same releases in the same slots.</summary>
    private static bool OnlySwitched(SlotPair pair, SlotPair before, SlotName to)
    {
        var other = Other(to);
        var ended = before.ActiveSlot is null ? 0 : 1;
        return pair[to].Version == before[to].Version
            && (pair[other].Version, pair[other].PromotedAt) == (before[other].Version, before[other].PromotedAt)
            && pair[other].State == (before.ActiveSlot is null ? before[other].State : SlotState.Grace)
            && pair.History.Count == Math.Min(before.History.Count + ended, SlotHistory.Kept);
    }

    /// <summary>All that a switch changes of a slot.</summary>
    private static Slot AsBefore(Slot slot, Slot before) => slot with
    {
        State = before.State,
        PromotedAt = before.PromotedAt,
        PromotedBy = before.PromotedBy,
        GraceUntil = before.GraceUntil,
        TrafficLostAt = before.TrafficLostAt,
        DbSnapshot = before.DbSnapshot,
        RedisSnapshot = before.RedisSnapshot,
        KeptBy = before.KeptBy,
    };

    private static SlotPair Switch(SlotPair pair, SlotName to, string end, string by, DateTimeOffset now, TimeSpan? grace)
    {
        var next = pair;
        if (pair.ActiveSlot is { } from)
        {
            next = next.Ended(from, end, by, now).With(from, pair[from] with
            {
                State = SlotState.Grace,
                GraceUntil = now + (grace ?? DefaultGrace),
                TrafficLostAt = now,
            });
        }

        return Next(next, now).With(to, pair[to] with
        {
            State = SlotState.Active,
            PromotedAt = now,
            PromotedBy = by,
            GraceUntil = null,
            TrafficLostAt = null,
            DbSnapshot = "",
            RedisSnapshot = "",
            KeptBy = "",
        }) with
        {
            ActiveSlot = to,
        };
    }
}
