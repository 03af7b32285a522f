using CodeB.Domain.Backups;
using CodeB.Domain.Backups.Retention;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Domain.Tests.Retention;

public sealed class RetentionPropertyTests
{
    [Fact]
    public void The_last_good_set_with_each_component_of_each_environment_is_never_removed() =>
        Check((policy, given) =>
        {
            var kept = Kept(policy, given);
            return given.Sets.Where(set => set.IsGood && set.Id.At <= given.Now)
                .SelectMany(set => set.Components.Select(component => (set.Environment, component, set)))
                .GroupBy(entry => (entry.Environment, entry.component))
                .All(group => kept.Contains(group.MaxBy(entry => entry.set.Id).set.Id));
        });

    [Fact]
    public void Held_sets_and_sets_that_something_names_are_never_removed() =>
        Check((policy, given) =>
        {
            var kept = Kept(policy, given);
            return given.Sets.Where(set => set.Hold is not null || given.Named.ContainsKey(set.Id)).All(set => kept.Contains(set.Id));
        });

    [Fact]
    public void Each_set_gets_one_decision_with_a_reason() =>
        Check((policy, given) =>
        {
            var plan = Plan(policy, given);
            return plan.Select(d => d.Set.Id).SequenceEqual(given.Sets.Select(set => set.Id).OrderDescending())
                && plan.All(decision => decision.Reasons.Count > 0 && decision.Reasons.All(reason => reason.Length > 0));
        });

    [Fact]
    public void What_a_policy_keeps_a_more_generous_one_keeps_too() =>
        Prop.ForAll(RetentionSets.Pairs.ToArbitrary(), RetentionSets.Cases.ToArbitrary(), (policies, given) =>
            Kept(policies.Less, given).IsSubsetOf(Kept(policies.More, given))).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Pruning_again_removes_nothing_more() =>
        Check((policy, given) =>
        {
            var kept = Kept(policy, given);
            var after = given with { Sets = [.. given.Sets.Where(set => kept.Contains(set.Id))] };
            return Kept(policy, after).SetEquals(kept);
        });

    [Fact]
    public void A_set_of_another_environment_changes_nothing() =>
        Check((policy, given) =>
        {
            var production = given with { Sets = [.. given.Sets.Where(set => set.Environment == "production")] };
            return Kept(policy, given).IsSupersetOf(Kept(policy, production))
                && Kept(policy, given).Where(id => production.Sets.Any(set => set.Id == id)).ToHashSet().SetEquals(Kept(policy, production));
        });

    private static void Check(Func<RetentionPolicy, RetentionCase, bool> holds) =>
        Prop.ForAll(RetentionSets.Policies.ToArbitrary(), RetentionSets.Cases.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static HashSet<SetId> Kept(RetentionPolicy policy, RetentionCase given) =>
        [.. Plan(policy, given).Where(decision => decision.Keep).Select(decision => decision.Set.Id)];

    private static IReadOnlyList<RetentionDecision> Plan(RetentionPolicy policy, RetentionCase given) =>
        RetentionPlan.Of(policy, given.Sets, given.Named, given.Now);
}
