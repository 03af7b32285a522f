using System.Globalization;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Projects;

/// <summary>Reads the short forms of <c>we project create</c>. Whether the names are good is CodeB's to say.</summary>
internal static class ProjectInput
{
    /// <summary>NAME:SERVER or NAME:SERVER:DOMAIN.</summary>
    public static ProjectEnvironment Environment(string text)
    {
        var parts = text.Split(':');
        if (parts.Length is < 2 or > 3 || parts.Any(part => part.Length == 0))
        {
            throw CommandException.Usage(
                $"--environment '{text}' is not NAME:SERVER or NAME:SERVER:DOMAIN", "write it like production:app:worb.example.com", "environments");
        }

        return new ProjectEnvironment { Name = parts[0], Server = parts[1], Domain = parts.Length == 3 ? parts[2] : "" };
    }

    /// <summary>NAME@SERVER.</summary>
    public static Database Database(string text)
    {
        var parts = text.Split('@');
        return parts.Length == 2 && parts.All(part => part.Length > 0)
            ? new Database { Name = parts[0], Server = parts[1] }
            : throw CommandException.Usage($"--database '{text}' is not NAME@SERVER", "write it like worb@storage", "database");
    }

    /// <summary>Bytes with a unit, as MiB: 512m, 2g; a bare number counts MiB.</summary>
    public static int Megabytes(string text)
    {
        var factor = char.ToLowerInvariant(text.LastOrDefault()) switch { 'g' => 1024, 'm' => 1, _ => 0 };
        var number = factor == 0 ? text : text[..^1];
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= int.MaxValue / 1024
            ? value * Math.Max(1, factor)
            : throw CommandException.Usage($"--memory '{text}' is no size", "write it like 512m or 2g; 0 for no limit", "container.memory_megabytes");
    }

    /// <summary>A time with a unit: 250ms, 0.5s, 90s, 2m; a bare number counts seconds.</summary>
    public static TimeSpan Time(string text, string option, string field)
    {
        var (number, seconds) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 0.001),
            _ when text.EndsWith('s') => (text[..^1], 1.0),
            _ when text.EndsWith('m') => (text[..^1], 60.0),
            _ => (text, 1.0),
        };
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value * seconds <= 86400
            ? TimeSpan.FromSeconds(value * seconds)
            : throw CommandException.Usage($"{option} '{text}' is no time", "write it like 250ms, 90s or 2m", field);
    }

    /// <summary>NAME=VALUE; VALUE may be empty.</summary>
    public static (string Name, string Value) Label(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0
            ? (text[..at], text[(at + 1)..])
            : throw CommandException.Usage($"--label '{text}' is not NAME=VALUE", "write it like team=shop", "container.labels");
    }
}
