using System.Globalization;

namespace CodeB.Domain.Backups.Retention;

/// <summary>One kind of period of which the newest set is kept.</summary>
/// <param name="Name">As in a policy's text.</param>
/// <param name="Days">For how many days a policy keeps them.</param>
/// <param name="PeriodOf">The period that an instant lies in, as people write it; never the same for two periods.</param>
internal sealed record RetentionTier(string Name, Func<RetentionPolicy, int> Days, Func<DateTimeOffset, string> PeriodOf)
{
    public static IReadOnlyList<RetentionTier> All { get; } =
    [
        new("daily", policy => policy.DailyDays, at => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        new("weekly", policy => policy.WeeklyDays, at => $"{ISOWeek.GetYear(at.UtcDateTime)}-W{ISOWeek.GetWeekOfYear(at.UtcDateTime):00}"),
        new("monthly", policy => policy.MonthlyDays, at => at.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture)),
        new("yearly", policy => policy.YearlyDays, at => at.UtcDateTime.ToString("yyyy", CultureInfo.InvariantCulture)),
    ];

    /// <summary>Whether the day lies in the tier's days that end with the reference's day.</summary>
    public bool Reaches(RetentionPolicy policy, DateTimeOffset at, DateTimeOffset reference) => DaysBetween(at, reference) < Days(policy);

    private static int DaysBetween(DateTimeOffset from, DateTimeOffset to) =>
        DateOnly.FromDateTime(to.UtcDateTime).DayNumber - DateOnly.FromDateTime(from.UtcDateTime).DayNumber;
}
