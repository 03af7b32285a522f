using CodeB.Domain.Errors;
using CodeB.Domain.Slots;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Domain.Tests;

public sealed class SlotMachineTests
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 7, 0, 0, 0, TimeSpan.Zero);
    private static readonly SlotPair Fresh = SlotMachine.Create("worb", "production", "app", 4000, 4001, T0);

    [Fact]
    public void A_deploy_goes_into_blue_first_and_then_into_the_slot_without_the_traffic()
    {
        var first = Deployed(Fresh, "v1");
        Assert.Equal(SlotState.Deployed, first.Blue.State);
        Assert.Null(first.ActiveSlot);

        var second = Deployed(SlotMachine.Promote(first, "ann", T0), "v2");
        Assert.Equal("v1", second.Blue.Version);
        Assert.Equal("v2", second.Green.Version);
        Assert.Equal(SlotName.Blue, second.ActiveSlot);
    }

    [Fact]
    public void A_promote_puts_the_slot_that_had_the_traffic_into_48_hours_of_grace()
    {
        var pair = TwoPromoted();

        Assert.Equal(SlotName.Green, pair.ActiveSlot);
        Assert.Equal(SlotState.Active, pair.Green.State);
        Assert.Equal("bob", pair.Green.PromotedBy);
        Assert.Equal(SlotState.Grace, pair.Blue.State);
        Assert.Equal(T0.AddHours(48), pair.Blue.GraceUntil);
    }

    [Fact]
    public void A_rollback_swaps_active_and_grace_and_can_be_rolled_back_itself()
    {
        var back = SlotMachine.Rollback(TwoPromoted(), "ann", T0.AddHours(1));

        Assert.Equal(SlotName.Blue, back.ActiveSlot);
        Assert.Null(back.Blue.GraceUntil);
        Assert.Equal(T0.AddHours(49), back.Green.GraceUntil);
        Assert.Equal(SlotName.Green, SlotMachine.Rollback(back, "ann", T0.AddHours(2)).ActiveSlot);
    }

    [Fact]
    public void Promoting_an_empty_slot_is_refused_with_what_to_type() =>
        Refused(() => SlotMachine.Promote(Fresh, "ann", T0), "worb/production: slot blue is empty", "we deploy worb");

    [Fact]
    public void Promoting_an_unhealthy_slot_is_refused()
    {
        var sick = SlotMachine.HealthChecked(Deployed(Fresh, "v1"), SlotName.Blue, healthy: false, T0);

        Refused(() => SlotMachine.Promote(sick, "ann", T0), "unhealthy", "we deploy worb");
    }

    [Fact]
    public void Promoting_a_slot_in_grace_is_refused_and_points_to_rollback() =>
        Refused(() => SlotMachine.Promote(TwoPromoted(), "ann", T0), "in grace", "we rollback worb");

    [Fact]
    public void A_rollback_without_a_slot_in_grace_is_refused() =>
        Refused(() => SlotMachine.Rollback(SlotMachine.Promote(Deployed(Fresh, "v1"), "ann", T0), "ann", T0), "not in grace", "we deploy worb");

    [Fact]
    public void A_second_deploy_while_one_runs_is_refused()
    {
        var deploying = SlotMachine.BeginDeploy(Fresh, "v1", "localhost/worb:v1", "ann", T0);

        Refused(() => SlotMachine.BeginDeploy(deploying, "v2", "localhost/worb:v2", "bob", T0), "already deploying v1", "we status worb");
    }

    [Fact]
    public void A_deploy_replaces_a_slot_in_grace_only_when_asked_or_when_its_time_is_over()
    {
        var pair = TwoPromoted();

        Refused(() => SlotMachine.BeginDeploy(pair, "v3", "i", "ann", T0.AddHours(47)), "keeps v1 for a rollback until 2026-01-09 00:00 UTC", "--replace-grace");
        Assert.Equal("v3", SlotMachine.BeginDeploy(pair, "v3", "i", "ann", T0, replaceGrace: true).Blue.Version);
        Assert.Equal("v3", SlotMachine.BeginDeploy(pair, "v3", "i", "ann", T0.AddHours(48)).Blue.Version);
    }

    [Fact]
    public void Cleaning_up_empties_the_idle_slot_once_its_grace_has_ended_and_keeps_its_port()
    {
        var pair = TwoPromoted();

        Refused(() => SlotMachine.CleanUp(pair, T0.AddHours(1)), "for a rollback until", "--force");
        Assert.False(SlotMachine.GraceExpired(pair, T0.AddHours(47)));
        Assert.True(SlotMachine.GraceExpired(pair, T0.AddHours(48)));
        Assert.Equal(new Slot { Port = 4000 }, SlotMachine.CleanUp(pair, T0.AddHours(48)).Blue);
    }

    [Fact]
    public void A_failed_deploy_leaves_the_active_slot_as_it_was_and_can_be_deployed_over()
    {
        var active = SlotMachine.Promote(Deployed(Fresh, "v1"), "ann", T0);
        var failed = SlotMachine.DeployFailed(SlotMachine.BeginDeploy(active, "v2", "i", "ann", T0), T0);

        Assert.Equal(active.Blue, failed.Blue);
        Assert.Equal(SlotState.Failed, failed.Green.State);
        Assert.Equal("v3", Deployed(failed, "v3").Green.Version);
    }

    [Fact]
    public void Whatever_is_tried_exactly_one_slot_is_active_after_the_first_promote_and_a_refusal_says_why() =>
        Prop.ForAll(Gen.Choose(0, 9).ArrayOf().ToArbitrary(), Holds).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    private static bool Holds(int[] commands)
    {
        var pair = Fresh;
        var now = T0;
        for (var i = 0; i < commands.Length; i++)
        {
            var before = pair;
            now = now.AddHours(i % 3 * 20);
            try
            {
                pair = Command(commands[i], pair, now, $"v{i}");
            }
            catch (DomainException refusal) when (refusal.Code == ErrorCode.FailedPrecondition)
            {
                if (!refusal.Message.StartsWith("worb/production: ", StringComparison.Ordinal))
                    return false;
            }

            var active = new[] { pair.Blue, pair.Green }.Count(slot => slot.State == SlotState.Active);
            var right = active == (pair.ActiveSlot is null ? 0 : 1)
                && (pair.ActiveSlot is not { } name || pair[name].State == SlotState.Active)
                && (before.ActiveSlot is null || pair.ActiveSlot is not null)
                && (pair.Blue.Port, pair.Green.Port) == (4000, 4001)
                && new[] { pair.Blue, pair.Green }.All(slot => slot.State == SlotState.Grace == slot.GraceUntil.HasValue);
            if (!right)
                return false;
        }

        return true;
    }

    private static SlotPair Command(int command, SlotPair pair, DateTimeOffset now, string version) => command switch
    {
        0 => SlotMachine.BeginDeploy(pair, version, "i", "ann", now),
        1 => SlotMachine.BeginDeploy(pair, version, "i", "ann", now, replaceGrace: true),
        2 => SlotMachine.DeploySucceeded(pair, "c", now),
        3 => SlotMachine.DeployFailed(pair, now),
        4 => SlotMachine.Promote(pair, "ann", now),
        5 => SlotMachine.Rollback(pair, "ann", now),
        6 => SlotMachine.CleanUp(pair, now),
        7 => SlotMachine.CleanUp(pair, now, force: true),
        8 => SlotMachine.HealthChecked(pair, SlotName.Green, healthy: true, now),
        _ => Deployed(pair, version),
    };

    private static SlotPair TwoPromoted() =>
        SlotMachine.Promote(Deployed(SlotMachine.Promote(Deployed(Fresh, "v1"), "ann", T0), "v2"), "bob", T0);

    private static SlotPair Deployed(SlotPair pair, string version) =>
        SlotMachine.DeploySucceeded(SlotMachine.BeginDeploy(pair, version, $"localhost/worb:{version}", "ann", T0), $"c-{version}", T0);

    private static void Refused(Action action, string why, string instead)
    {
        var error = Assert.Throws<DomainException>(action);
        Assert.Equal(ErrorCode.FailedPrecondition, error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains(instead, error.Message, StringComparison.Ordinal);
    }
}
