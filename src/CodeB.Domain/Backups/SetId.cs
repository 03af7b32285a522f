using System.Globalization;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;

namespace CodeB.Domain.Backups;

/// <summary>
/// A backup set's id and its folder's name: <c>{project}_backup_{yyyyMMdd_HHmmss}</c>, UTC (seed 003). Sorted as text, the
/// sets of one project stand in the order of their time.
/// </summary>
public readonly record struct SetId : IComparable<SetId>
{
    private const string Middle = "_backup_";
    private const string TimeFormat = "yyyyMMdd_HHmmss";

    private SetId(ProjectName project, DateTimeOffset at)
    {
        Project = project;
        At = at;
    }

    public ProjectName Project { get; }

    /// <summary>When the run began: whole seconds, UTC.</summary>
    public DateTimeOffset At { get; }

    public string Value => $"{Project}{Middle}{At.ToString(TimeFormat, CultureInfo.InvariantCulture)}";

    public static SetId Of(ProjectName project, DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        return new SetId(project, utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerSecond)));
    }

    /// <exception cref="DomainException">InvalidArgument, naming <paramref name="field"/> and the rule.</exception>
    public static SetId Parse(string? value, string field = "set_id") =>
        TryParse(value, out var id)
            ? id
            : throw DomainException.Invalid(
                field, $"'{NameRule.Shown(value ?? "")}' is not a backup set; give one such as 'worb_backup_20260131_033000'");

    public static bool TryParse(string? value, out SetId id)
    {
        id = default;
        var middle = value?.IndexOf(Middle, StringComparison.Ordinal) ?? -1;
        if (middle < 0)
            return false;
        var time = value![(middle + Middle.Length)..];
        if (!DateTimeOffset.TryParseExact(
            time, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return false;
        }

        try
        {
            id = new SetId(ProjectName.Parse(value[..middle]), at);
            return true;
        }
        catch (DomainException)
        {
            return false;
        }
    }

    public int CompareTo(SetId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
