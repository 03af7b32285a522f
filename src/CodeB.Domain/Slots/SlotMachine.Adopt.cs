using CodeB.Domain.Errors;
using CodeB.Domain.Naming;

namespace CodeB.Domain.Slots;

/// <summary>What runs already, started by somebody else.</summary>
public static partial class SlotMachine
{
    /// <summary>
    /// Takes over what was found in the slots, with who deployed and promoted it and when. The same find taken over twice changes
    /// nothing. Grace without an end gets one.
    /// </summary>
    /// <param name="pair">A pair with nothing in it.</param>
    /// <param name="found">The slots as found, its ports those of the pair; its history comes along.</param>
    /// <param name="now">The time.</param>
    /// <param name="grace">For how long a slot in grace is kept whose end is not known.</param>
    /// <exception cref="DomainException">FailedPrecondition: the pair has versions of its own, or the find contradicts itself.</exception>
    public static SlotPair Adopt(SlotPair pair, SlotPair found, DateTimeOffset now, TimeSpan? grace = null)
    {
        if ((pair.Blue.Port, pair.Green.Port) != (found.Blue.Port, found.Green.Port))
        {
            throw Refused(pair, $"what was found listens on {found.Blue.Port} and {found.Green.Port}, the slots' ports are {pair.Blue.Port} and {pair.Green.Port}",
                "register the project with the ports that it has");
        }

        foreach (var name in new[] { SlotName.Blue, SlotName.Green })
            CheckFound(pair, name, found[name]);
        if (found.ActiveSlot is { } active ? found[active].State != SlotState.Active : Holds(found, SlotState.Active))
            throw Refused(pair, "the active slot's name and the slots' states disagree", "correct the document that says so");
        if (Holds(found, SlotState.Active) && found.Blue.State == found.Green.State)
            throw Refused(pair, "both slots are active", "correct the document that says so");

        if (SameVersions(pair, found))
            return pair;
        if (pair.ActiveSlot is not null || pair.Blue.State != SlotState.Empty || pair.Green.State != SlotState.Empty)
        {
            throw Refused(pair, $"its slots are in use already ({Shown(pair.Blue)}, {Shown(pair.Green)})",
                $"nothing needs to be taken over; see 'we slots {pair.Project}'");
        }

        return Next(pair, now) with
        {
            ActiveSlot = found.ActiveSlot,
            Blue = Adopted(found.Blue, now, grace),
            Green = Adopted(found.Green, now, grace),
            History = [.. found.History.Take(SlotHistory.Kept)],
        };
    }

    private static void CheckFound(SlotPair pair, SlotName name, Slot slot)
    {
        if (slot.State == SlotState.Deploying)
        {
            throw Refused(pair, $"slot {Word(name)} was found deploying {slot.Version}, and nobody goes on with that deploy",
                "take it over as empty or failed");
        }

        if (slot.State != SlotState.Empty)
            ReleaseVersion.Parse(slot.Version, $"{Word(name)}.version");
    }

    private static Slot Adopted(Slot slot, DateTimeOffset now, TimeSpan? grace) => slot.State switch
    {
        SlotState.Empty => new Slot { Port = slot.Port },
        SlotState.Grace => slot with { GraceUntil = slot.GraceUntil ?? now + (grace ?? DefaultGrace), TrafficLostAt = slot.TrafficLostAt ?? now },
        _ => slot with { GraceUntil = null },
    };

    private static bool SameVersions(SlotPair pair, SlotPair found) =>
        pair.ActiveSlot == found.ActiveSlot
        && (pair.Blue.State, pair.Blue.Version) == (found.Blue.State, found.Blue.Version)
        && (pair.Green.State, pair.Green.Version) == (found.Green.State, found.Green.Version);

    private static bool Holds(SlotPair pair, SlotState state) => pair.Blue.State == state || pair.Green.State == state;

    private static string Shown(Slot slot) => slot.State == SlotState.Empty ? "empty" : $"{slot.Version} {Word(slot.State)}";
}
