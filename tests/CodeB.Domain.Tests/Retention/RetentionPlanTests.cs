using CodeB.Domain.Backups;
using CodeB.Domain.Backups.Retention;

namespace CodeB.Domain.Tests.Retention;

public sealed class RetentionPlanTests
{
    private static readonly DateTimeOffset Today = new(2026, 11, 21, 2, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<SetId, string> Nobody = [];

    [Fact]
    public void The_standard_policy_keeps_7_days_30_days_of_weeks_and_365_days_of_months()
    {
        var sets = Enumerable.Range(0, 800).Select(days => RetentionSets.Set(Today.AddDays(-days))).ToList();

        var kept = RetentionPlan.Of(RetentionPolicy.Standard, sets, Nobody, Today).Where(d => d.Keep).ToList();

        // 2026-11-21 is a Saturday: Sundays end the weeks, the last days end the months.
        string[] expected =
        [
            "11-21", "11-20", "11-19", "11-18", "11-17", "11-16", "11-15",
            "11-08", "11-01", "10-31", "10-25", "09-30", "08-31", "07-31", "06-30", "05-31", "04-30", "03-31", "02-28", "01-31", "12-31", "11-30",
        ];
        Assert.Equal(expected, kept.Select(d => d.Set.Id.At.ToString("MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(["last good set with postgres, redis, env", "daily 2026-11-21", "weekly 2026-W47", "monthly 2026-11"], kept[0].Reasons);
    }

    [Fact]
    public void A_set_that_goes_is_told_with_the_set_that_stands_for_it()
    {
        var (morning, evening) = (RetentionSets.Set(Today), RetentionSets.Set(Today.AddHours(9)));

        var plan = RetentionPlan.Of(RetentionPolicy.Parse("week"), [morning, evening], Nobody, Today.AddDays(1));

        Assert.Equal([$"daily 2026-11-21 is kept by {evening.Id}"], plan.Single(d => !d.Keep).Reasons);
    }

    [Fact]
    public void A_job_that_stopped_long_ago_loses_none_of_its_sets()
    {
        var sets = Enumerable.Range(0, 7).Select(days => RetentionSets.Set(Today.AddDays(-days))).ToList();

        var plan = RetentionPlan.Of(RetentionPolicy.Parse("week"), sets, Nobody, Today.AddYears(2));

        Assert.All(plan, decision => Assert.True(decision.Keep));
    }

    [Fact]
    public void A_later_set_of_env_alone_does_not_take_the_place_of_the_days_whole_set()
    {
        var whole = RetentionSets.Set(Today.AddDays(-1));
        var plan = RetentionPlan.Of(
            RetentionPolicy.Parse("week"),
            [RetentionSets.Set(Today), whole, RetentionSets.Set(Today.AddDays(-1).AddHours(5), "production", "env")],
            Nobody,
            Today);

        Assert.True(plan.Single(d => d.Set == whole).Keep);
    }

    [Fact]
    public void A_set_with_a_date_in_the_future_does_not_make_the_others_old()
    {
        var wrongClock = RetentionSets.Set(Today.AddYears(10));
        var sets = Enumerable.Range(0, 7).Select(days => RetentionSets.Set(Today.AddDays(-days))).ToList();

        var plan = RetentionPlan.Of(RetentionPolicy.Parse("week"), [wrongClock, .. sets], Nobody, Today);

        Assert.All(plan, decision => Assert.True(decision.Keep));
        Assert.Equal(["dated in the future: a clock was wrong"], plan[0].Reasons);
    }

    [Fact]
    public void A_damaged_set_stands_for_nothing_and_goes_once_newer_good_ones_hold_all_that_it_held()
    {
        var policy = RetentionPolicy.Parse("daily=2d");
        var damaged = RetentionSets.Set(Today) with { Damage = "redis.rdb.zst: is missing" };
        var good = RetentionSets.Set(Today.AddHours(-1));

        Assert.Equal(["last good set with postgres, redis, env", "daily 2026-11-21"], Of(good, [damaged, good]).Reasons);
        Assert.Equal(["damaged, but no newer good set holds postgres, redis, env"], Of(damaged, [damaged, good]).Reasons);
        Assert.True(Of(damaged, [damaged, good, RetentionSets.Set(Today.AddDays(1))]).Keep);
        Assert.Contains("is missing", Assert.Single(Of(damaged, [damaged, good, RetentionSets.Set(Today.AddDays(2))], keep: false).Reasons), StringComparison.Ordinal);

        RetentionDecision Of(StoredSet set, StoredSet[] sets, bool keep = true)
        {
            var decision = RetentionPlan.Of(policy, sets, Nobody, Today.AddDays(5)).Single(d => d.Set == set);
            Assert.Equal(keep, decision.Keep);
            return decision;
        }
    }
}
