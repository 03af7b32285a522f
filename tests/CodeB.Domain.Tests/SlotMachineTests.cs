using CodeB.Domain.Errors;
using CodeB.Domain.Slots;

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
    public void A_deploy_takes_the_place_of_the_slot_in_grace_because_two_slots_hold_two_versions()
    {
        var deploying = SlotMachine.BeginDeploy(TwoPromoted(), "v3", "i", "ann", T0.AddHours(1));

        Assert.Equal(("v3", SlotState.Deploying), (deploying.Blue.Version, deploying.Blue.State));
        Assert.Null(deploying.Blue.GraceUntil);
    }

    [Fact]
    public void Cleaning_up_empties_the_idle_slot_once_its_grace_has_ended_and_keeps_its_port()
    {
        var pair = TwoPromoted();

        Refused(() => SlotMachine.CleanUp(pair, "ann", T0.AddHours(1)), "for a rollback until", "we cleanup worb -e production --force");
        Assert.False(SlotMachine.GraceExpired(pair, T0.AddHours(47)));
        Assert.True(SlotMachine.GraceExpired(pair, T0.AddHours(48)));
        Assert.Equal(new Slot { Port = 4000 }, SlotMachine.CleanUp(pair, "ann", T0.AddHours(48)).Blue);
    }

    [Fact]
    public void A_failed_deploy_leaves_the_active_slot_as_it_was_and_can_be_deployed_over()
    {
        var active = SlotMachine.Promote(Deployed(Fresh, "v1"), "ann", T0);
        var failed = SlotMachine.DeployFailed(SlotMachine.BeginDeploy(active, "v2", "i", "ann", T0), "no answer", "ann", T0);

        Assert.Equal(active.Blue, failed.Blue);
        Assert.Equal((SlotState.Failed, "no answer"), (failed.Green.State, failed.Green.Reason));
        Assert.Equal("v3", Deployed(failed, "v3").Green.Version);
    }

    [Theory]
    [InlineData(SlotState.Deployed)]
    [InlineData(SlotState.Failed)]
    public void Cleaning_up_empties_a_deployed_or_failed_slot_at_once(SlotState state)
    {
        var pair = state == SlotState.Deployed
            ? Deployed(Fresh, "v1")
            : SlotMachine.DeployFailed(SlotMachine.BeginDeploy(Fresh, "v1", "i", "ann", T0), "no answer", "ann", T0);

        Assert.Equal(new Slot { Port = 4000 }, SlotMachine.CleanUp(pair, "bob", T0).Blue);
    }

    [Fact]
    public void A_clean_up_that_broke_off_leaves_no_way_back_and_can_be_repeated()
    {
        var broken = SlotMachine.CleanUpFailed(TwoPromoted(), "app: connection lost", "codeb", T0.AddHours(49));

        Refused(() => SlotMachine.Rollback(broken, "ann", T0.AddHours(49)), "not in grace", "we deploy worb");
        Assert.Equal("app: connection lost", broken.Blue.Reason);
        Assert.Equal(SlotState.Empty, SlotMachine.CleanUp(broken, "ann", T0.AddHours(50)).Blue.State);
    }

    [Fact]
    public void The_slot_that_lost_the_traffic_says_when_and_the_one_that_got_it_back_no_longer()
    {
        var pair = TwoPromoted();
        Assert.Equal((T0, null), (pair.Blue.TrafficLostAt, pair.Green.TrafficLostAt));

        var back = SlotMachine.Rollback(pair, "ann", T0.AddHours(1));

        Assert.Equal((null, T0.AddHours(1)), (back.Blue.TrafficLostAt, back.Green.TrafficLostAt));
    }

    [Fact]
    public void A_switch_that_is_taken_back_for_a_reason_fails_the_new_slot_and_leaves_the_old_one_exactly_as_it_was()
    {
        var before = Deployed(SlotMachine.Promote(Deployed(Fresh, "v1"), "ann", T0), "v2");

        var back = SlotMachine.Revert(SlotMachine.Promote(before, "bob", T0.AddHours(1)), before, "status 500", "codeb", T0.AddHours(2));

        Assert.Equal((SlotName.Blue, before.Blue), (back.ActiveSlot, back.Blue));
        Assert.Equal((SlotState.Failed, "status 500", T0.AddHours(2)), (back.Green.State, back.Green.Reason, back.Green.TrafficLostAt));
        var release = Assert.Single(back.History);
        Assert.Equal(
            ("v2", ReleaseEnd.RolledBack, "codeb", "status 500", T0.AddHours(1)),
            (release.Version, release.End, release.EndedBy, release.Reason, release.PromotedAt));
    }

    [Fact]
    public void A_switch_that_is_taken_back_without_a_reason_never_was()
    {
        var before = TwoPromoted();

        var back = SlotMachine.Revert(SlotMachine.Rollback(before, "bob", T0.AddHours(1)), before, "", "bob", T0.AddHours(2));

        Assert.Equal((before.Blue, before.Green, before.ActiveSlot), (back.Blue, back.Green, back.ActiveSlot));
        Assert.Equal(before.History, back.History);
    }

    [Fact]
    public void Without_a_switch_there_is_nothing_to_take_back() =>
        Refused(() => SlotMachine.Revert(TwoPromoted(), TwoPromoted(), "", "ann", T0), "no switch to take back", "we slots worb");

    [Fact]
    public void Snapshots_belong_to_the_release_and_go_when_its_slot_gets_the_traffic_again()
    {
        var active = SlotMachine.SnapshotsTaken(
            SlotMachine.Promote(Deployed(Fresh, "v1"), "ann", T0), SlotName.Blue, "set-1", "set-1", T0);
        var promoted = SlotMachine.Promote(Deployed(active, "v2"), "ann", T0);
        Assert.Equal("set-1", promoted.Blue.DbSnapshot);
        Assert.Equal("set-1", promoted.History[0].RedisSnapshot);

        Assert.Equal("", SlotMachine.Rollback(promoted, "ann", T0).Blue.DbSnapshot);
        Refused(() => SlotMachine.SnapshotsTaken(Deployed(Fresh, "v1"), SlotName.Blue, "s", "", T0), "never had the data", "we slots worb");
    }

    [Fact]
    public void A_found_version_is_taken_over_as_it_runs_and_a_second_time_changes_nothing()
    {
        var found = TwoPromoted() with { Blue = TwoPromoted().Blue with { GraceUntil = null } };

        var adopted = SlotMachine.Adopt(Fresh, found, T0.AddHours(5));

        Assert.Equal(SlotName.Green, adopted.ActiveSlot);
        Assert.Equal(found.Green, adopted.Green);
        Assert.Equal(T0.AddHours(53), adopted.Blue.GraceUntil);
        Assert.Same(adopted, SlotMachine.Adopt(adopted, found, T0.AddHours(6)));
        Refused(() => SlotMachine.Adopt(Deployed(Fresh, "v9"), found, T0), "in use already (v9 deployed, empty)", "we slots worb");
    }

    [Fact]
    public void A_version_found_in_green_alone_can_be_promoted() =>
        Assert.Equal(SlotName.Green, SlotMachine.Promote(
            SlotMachine.Adopt(Fresh, Fresh with { Green = Deployed(Fresh, "v1").Blue with { Port = 4001 } }, T0), "ann", T0).ActiveSlot);

    [Fact]
    public void What_contradicts_itself_or_nobody_finishes_is_not_taken_over()
    {
        var other = TwoPromoted() with { Blue = TwoPromoted().Blue with { Port = 4100 } };
        Refused(() => SlotMachine.Adopt(Fresh, other, T0), "4100 and 4001", "the ports that it has");
        Refused(() => SlotMachine.Adopt(Fresh, SlotMachine.BeginDeploy(Fresh, "v1", "i", "ann", T0), T0), "found deploying v1", "empty or failed");
        Refused(() => SlotMachine.Adopt(Fresh, TwoPromoted() with { ActiveSlot = null }, T0), "disagree", "correct");
    }

    [Fact]
    public void History_names_every_release_once_newest_first_with_how_it_ended_and_who_ended_it()
    {
        var pair = SlotMachine.Rollback(TwoPromoted(), "cat", T0.AddHours(1));
        pair = Deployed(pair, "v3");
        pair = SlotMachine.CleanUp(pair, "dan", T0.AddHours(2));
        pair = SlotMachine.DeployFailed(SlotMachine.BeginDeploy(pair, "v4", "i", "ann", T0), "exit code 1", "ann", T0.AddHours(3));

        Assert.Equal(
            [
                ("v1", "", "", ""),
                ("v4", ReleaseEnd.Failed, "ann", "exit code 1"),
                ("v3", ReleaseEnd.CleanedUp, "dan", ""),
                ("v2", ReleaseEnd.RolledBack, "cat", ""),
                ("v1", ReleaseEnd.Replaced, "bob", ""),
            ],
            SlotHistory.Of(pair).Select(r => (r.Version, r.End, r.EndedBy, r.Reason)));
    }

    [Fact]
    public void History_forgets_the_oldest_of_more_than_a_hundred()
    {
        var pair = SlotMachine.Promote(Deployed(Fresh, "v0"), "ann", T0);
        for (var n = 1; n <= 120; n++)
            pair = SlotMachine.Promote(Deployed(pair, $"v{n}"), "ann", T0);

        Assert.Equal(SlotHistory.Kept, pair.History.Count);
        Assert.Equal(("v119", "v20"), (pair.History[0].Version, pair.History[^1].Version));
    }

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
