using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace CodeB.Cli.Core;

/// <summary>Numbers as people read them. Sizes count in thousands: 1 MB is 1,000,000 bytes.</summary>
internal static class Units
{
    private static readonly string[] Names = ["B", "kB", "MB", "GB", "TB", "PB"];

    public static string Bytes(long bytes)
    {
        var value = (double)bytes;
        var unit = 0;
        while (Math.Abs(value) >= 999.95 && unit < Names.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return $"{value.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Names[unit]}";
    }

    /// <summary>Bytes a second since the start, or an empty text where nothing can be said yet.</summary>
    public static string Rate(long bytes, TimeSpan time) =>
        bytes <= 0 || time < TimeSpan.FromMilliseconds(50) ? "" : $"{Bytes((long)(bytes / time.TotalSeconds))}/s";

    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalMilliseconds):0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min"),
    };

    /// <summary>Between two instants; empty where one is missing.</summary>
    public static string Duration(Timestamp? from, Timestamp? to) => from is null || to is null ? "" : Duration(to.ToTimeSpan() - from.ToTimeSpan());

    /// <summary>In UTC; a dash where there is none.</summary>
    public static string Instant(Timestamp? at) =>
        at is null || at.Seconds == 0 ? "-" : at.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Clock(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A state or role in small words: <c>UndoFailed</c> is "undo failed".</summary>
    public static string Word(System.Enum value)
    {
        var name = value.ToString();
        return string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) && i > 0 ? $" {char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c).ToString()));
    }

    private static TimeSpan ToTimeSpan(this Timestamp at) => TimeSpan.FromTicks((at.Seconds * TimeSpan.TicksPerSecond) + (at.Nanos / 100));
}
