using System.Globalization;
using System.Text.RegularExpressions;

namespace CodeB.Cli.Core;

/// <summary>Times as people type them.</summary>
internal static partial class Durations
{
    /// <summary>30s, 500ms, 2m, 1h, 3d, or 0.</summary>
    /// <exception cref="CommandException">It is none of these; names the option.</exception>
    public static TimeSpan Parse(string text, string option)
    {
        if (text == "0")
            return TimeSpan.Zero;
        var match = Form().Match(text);
        if (!match.Success)
            throw CommandException.Usage($"{option}: '{text}' is not a time", "give a number and ms, s, m, h or d, such as 30s", option.TrimStart('-'));
        var number = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        };
    }

    [GeneratedRegex(@"\A([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m|h|d)\z")]
    private static partial Regex Form();
}
