using CodeB.Domain.Slots;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Domain.Tests;

public sealed class SlotInvariantTests
{
    [Fact]
    public void Whatever_is_tried_exactly_one_slot_is_active_after_the_first_promote_and_ports_never_change() =>
        Prop.ForAll(SlotSequences.Sequences.ToArbitrary(), commands => SlotSequences.Run(commands).All(pair =>
        {
            var slots = new[] { pair.Blue, pair.Green };
            return slots.Count(slot => slot.State == SlotState.Active) == (pair.ActiveSlot is null ? 0 : 1)
                && (pair.ActiveSlot is not { } name || pair[name].State == SlotState.Active)
                && (pair.Blue.Port, pair.Green.Port) == (4000, 4001)
                && slots.All(slot => slot.State == SlotState.Grace == slot.GraceUntil.HasValue)
                && slots.All(slot => slot.State == SlotState.Failed == slot.Reason.Length > 0)
                && slots.All(slot => slot.State is not SlotState.Grace || slot.TrafficLostAt.HasValue);
        })).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Whatever_is_tried_the_active_slot_is_lost_only_to_the_other_one_or_to_a_switch_taken_back() =>
        Prop.ForAll(SlotSequences.Sequences.ToArbitrary(), commands =>
        {
            var pairs = SlotSequences.Run(commands).ToList();
            return pairs.Zip(pairs.Skip(1)).All(step =>
                step.First.ActiveSlot is null || step.Second.ActiveSlot is not null || step.Second[step.First.ActiveSlot.Value].Reason.Length > 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Whatever_is_tried_history_only_grows_in_order_and_ends_each_release_once() =>
        Prop.ForAll(SlotSequences.Sequences.ToArbitrary(), commands => SlotSequences.Run(commands).All(pair =>
        {
            var ends = pair.History.Select(release => release.EndedAt!.Value).ToList();
            return ends.SequenceEqual(ends.OrderDescending())
                && pair.History.All(release => release.End.Length > 0 && release.Version.Length > 0)
                && SlotHistory.Of(pair).Count(release => release.End.Length == 0) == new[] { pair.Blue, pair.Green }.Count(SlotHasOpenRelease)
                && pair.History.Where(release => release.PromotedAt is not null).GroupBy(release => (release.Version, release.PromotedAt)).All(g => g.Count() == 1);
        })).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    private static bool SlotHasOpenRelease(Slot slot) => slot.State is SlotState.Deploying or SlotState.Deployed or SlotState.Active;
}
