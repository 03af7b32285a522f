using System.Globalization;
using CodeB.Hosts.Commands;

namespace CodeB.Grains.Servers;

/// <summary>The commands that look at a server, and what their output means.</summary>
internal static class ServerCommands
{
    public static Command Nothing() => Command.Of("true");

    public static Command Hostname() => Command.Of("hostname");

    public static Command OsRelease() => Command.Of("cat", "/etc/os-release");

    public static Command Cpus() => Command.Of("nproc");

    public static Command Memory() => Command.Of("cat", "/proc/meminfo");

    public static Command Disk() => Command.Of("df", "--block-size=1", "--output=size,avail", "/opt");

    public static Command Listening() => Command.Of("ss", "-Hltn");

    /// <summary>The fourth word of each line is the local address: 127.0.0.1:4000, [::]:22, *:80, 127.0.0.53%lo:53.</summary>
    public static List<int> ParseListening(string ss) =>
    [
        .. ss.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 3)
            .Select(words => int.Parse(words[3][(words[3].LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture))
            .Distinct()
            .Order(),
    ];

    public static string ParsePrettyName(string osRelease) =>
        osRelease.Split('\n').FirstOrDefault(l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?["PRETTY_NAME=".Length..].Trim('"') ?? "";

    public static long ParseMemory(string memInfo)
    {
        var line = memInfo.Split('\n').First(l => l.StartsWith("MemTotal:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    public static (long Size, long Free) ParseDisk(string df)
    {
        var numbers = df.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (long.Parse(numbers[0], CultureInfo.InvariantCulture), long.Parse(numbers[1], CultureInfo.InvariantCulture));
    }
}
