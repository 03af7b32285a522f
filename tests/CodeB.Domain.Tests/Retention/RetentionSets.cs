using CodeB.Domain.Backups;
using CodeB.Domain.Backups.Retention;
using CodeB.Domain.Naming;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Domain.Tests.Retention;

/// <summary>A project's sets and what is asked of them.</summary>
internal sealed record RetentionCase(IReadOnlyList<StoredSet> Sets, IReadOnlyDictionary<SetId, string> Named, DateTimeOffset Now);

internal static class RetentionSets
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[][] Components = [["postgres", "redis", "env"], ["postgres", "redis"], ["env"], ["postgres"]];

    /// <summary>Up to three years of sets, some a few seconds apart, some in the future, held, damaged or named.</summary>
    public static Gen<RetentionCase> Cases =>
        from offsets in Gen.Choose(-30, 3 * 365 * 24).ArrayOf()
        from kinds in Gen.Choose(0, 999).ArrayOf(offsets.Length)
        select Case(offsets, kinds);

    public static Gen<RetentionPolicy> Policies =>
        from numbers in Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Choose(1, 10)), (2, Gen.Choose(11, 800))).ArrayOf(5)
        select Policy(numbers);

    /// <summary>A policy and one that is at least as generous in every rule.</summary>
    public static Gen<(RetentionPolicy Less, RetentionPolicy More)> Pairs =>
        from less in Gen.Choose(0, 400).ArrayOf(5)
        from more in Gen.Frequency((1, Gen.Constant(0)), (1, Gen.Choose(1, 400))).ArrayOf(5)
        select (Policy(less), Policy([.. less.Zip(more, (a, b) => a + b)]));

    public static StoredSet Set(DateTimeOffset at, string environment = "production", params string[] components) => new()
    {
        Id = SetId.Of(ProjectName.Parse("worb"), at),
        Environment = environment,
        Components = components.Length > 0 ? components : Components[0],
    };

    private static RetentionPolicy Policy(int[] numbers) => new()
    {
        Last = numbers[0],
        DailyDays = numbers[1],
        WeeklyDays = numbers[2],
        MonthlyDays = numbers[3],
        YearlyDays = numbers[4],
    };

    private static RetentionCase Case(int[] hoursAgo, int[] kinds)
    {
        var sets = new Dictionary<SetId, StoredSet>();
        var named = new Dictionary<SetId, string>();
        foreach (var (hours, kind) in hoursAgo.Zip(kinds))
        {
            var set = Set(Now.AddHours(-hours).AddSeconds(-kind % 7), kind % 5 == 0 ? "staging" : "production", Components[kind % Components.Length]) with
            {
                Hold = kind % 11 == 0 ? "before the audit" : null,
                Damage = kind % 6 == 0 ? "backup:/x: is missing" : "",
            };
            sets[set.Id] = set;
            if (kind % 13 == 0)
                named[set.Id] = "slot blue of worb/production";
        }

        return new RetentionCase([.. sets.Values], named, Now);
    }
}
