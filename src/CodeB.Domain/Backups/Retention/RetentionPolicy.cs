using System.Globalization;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;

namespace CodeB.Domain.Backups.Retention;

/// <summary>
/// How long backup sets are kept, grandfather-father-son: the newest set of each day for some days, of each week for some
/// more, and so on. Days are calendar days in UTC, counted back from the environment's newest good set and not from today, so
/// that a job that stopped running does not lose the sets that it has.
/// </summary>
[GenerateSerializer]
[Alias("codeb.RetentionPolicy")]
public sealed record RetentionPolicy
{
    /// <summary>Longest period that is taken: a hundred years of days; more sets than that are not counted either.</summary>
    private const int Most = 36_525;

    private static readonly (string Name, string Text)[] NamedTexts =
    [
        // Seed 003: daily 7 days, weekly 30 days, monthly 365 days.
        ("standard", "daily=7d,weekly=30d,monthly=365d"),
        // Seed 000, section 1.3: each day's dump for 7 days.
        ("week", "daily=7d"),
        // Seed 002, section 3: 30 days.
        ("month", "daily=30d"),
        // Seed 001, section 3: 7 days to 30 days, and three to six months for the long run.
        ("half-year", "daily=7d,weekly=30d,monthly=183d"),
    ];

    /// <summary>The newest so many sets, whatever their age.</summary>
    [Id(0)]
    public int Last { get; init; }

    /// <summary>Days for which the newest set of each day is kept; 0 for none.</summary>
    [Id(1)]
    public int DailyDays { get; init; }

    /// <summary>Days for which the newest set of each ISO week is kept; 0 for none.</summary>
    [Id(2)]
    public int WeeklyDays { get; init; }

    /// <summary>Days for which the newest set of each month is kept; 0 for none.</summary>
    [Id(3)]
    public int MonthlyDays { get; init; }

    /// <summary>Days for which the newest set of each year is kept; 0 for none.</summary>
    [Id(4)]
    public int YearlyDays { get; init; }

    /// <summary>The policies that have a name: the backup guides' own numbers.</summary>
    public static IReadOnlyDictionary<string, RetentionPolicy> Named { get; } =
        NamedTexts.ToDictionary(named => named.Name, named => ParseRules(named.Text, "policy"));

    public static RetentionPolicy Standard => Named["standard"];

    /// <summary>A name, or rules such as <c>last=3,daily=7d,weekly=30d,monthly=365d,yearly=1825d</c>.</summary>
    /// <exception cref="DomainException">InvalidArgument, naming <paramref name="field"/>, the rule and what to type instead.</exception>
    public static RetentionPolicy Parse(string text, string field = "policy") =>
        Named.TryGetValue(text, out var named) ? named : ParseRules(text, field);

    /// <summary>The rules as <see cref="Parse"/> reads them, or the name of a policy with the same rules.</summary>
    public override string ToString()
    {
        var same = Named.FirstOrDefault(named => named.Value == this);
        return same.Key ?? ToRules();
    }

    /// <summary>The rules, never the name.</summary>
    public string ToRules()
    {
        var rules = new List<string>();
        if (Last > 0)
            rules.Add($"last={Last}");
        rules.AddRange(RetentionTier.All.Where(tier => tier.Days(this) > 0).Select(tier => $"{tier.Name}={tier.Days(this)}d"));
        return string.Join(',', rules);
    }

    private static RetentionPolicy ParseRules(string text, string field)
    {
        var policy = new RetentionPolicy();
        var seen = new HashSet<string>();
        foreach (var rule in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = rule.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || !seen.Add(parts[0]))
                throw Wrong(text, field, parts.Length == 2 ? $"'{parts[0]}' stands there twice" : $"'{NameRule.Shown(rule)}' is no rule");
            var days = parts[0] != "last";
            var number = days && parts[1].EndsWith('d') ? parts[1][..^1] : parts[1];
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value is < 1 or > Most)
                throw Wrong(text, field, $"'{NameRule.Shown(rule)}' needs a whole number from 1 to {Most}{(days ? " and a 'd' for days" : "")}");
            policy = parts[0] switch
            {
                "last" => policy with { Last = value },
                "daily" => policy with { DailyDays = value },
                "weekly" => policy with { WeeklyDays = value },
                "monthly" => policy with { MonthlyDays = value },
                "yearly" => policy with { YearlyDays = value },
                _ => throw Wrong(text, field, $"'{NameRule.Shown(parts[0])}' is none of last, daily, weekly, monthly, yearly"),
            };
        }

        return seen.Count > 0 ? policy : throw Wrong(text, field, "it has no rule");
    }

    private static DomainException Wrong(string text, string field, string why) => DomainException.Invalid(
        field,
        $"'{NameRule.Shown(text)}' is no retention policy: {why}; give {string.Join(", ", NamedTexts.Select(named => named.Name))} "
        + "or rules such as 'last=3,daily=7d,weekly=30d,monthly=365d'");
}
