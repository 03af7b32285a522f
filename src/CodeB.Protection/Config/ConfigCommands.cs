using System.Collections.Immutable;
using System.Text;
using CodeB.Hosts.Commands;
using CodeB.Protection.Files;

namespace CodeB.Protection.Config;

/// <summary>The command lines of the config component.</summary>
public static class ConfigCommands
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    private static readonly ImmutableSortedDictionary<string, string> Plain =
        ImmutableSortedDictionary<string, string>.Empty.Add("LC_ALL", "C");

    /// <summary>A line a path: bytes and entries below it, or "missing".</summary>
    public static Command Measure(IReadOnlyCollection<string> paths) => Sh(
        "for p in \"$@\"; do if [ -e \"$p\" ] || [ -L \"$p\" ]; then echo \"$(du -sb -- \"$p\" | cut -f1) $(find \"$p\" -printf . | wc -c)\"; else echo missing; fi; done",
        paths);

    /// <summary>The paths that are mount points and so cannot be renamed, one a line.</summary>
    public static Command MountPoints(IReadOnlyCollection<string> paths) => Sh(
        "for p in \"$@\"; do if [ -d \"$p\" ] && mountpoint -q -- \"$p\"; then echo \"$p\"; fi; done", paths);

    /// <summary>One archive of all paths, with modes, owners by number, links as links and a hard link as a file of its own.</summary>
    public static Command Archive(IEnumerable<string> paths) => Command.Of(
        "tar",
        ["--create", "--file=-", "--format=posix", "--numeric-owner", "--hard-dereference", "--directory=/", "--", .. paths.Select(Member)]) with
    {
        Environment = Plain,
        Timeout = Limit,
    };

    /// <summary>Each path of the archive beside its live one. Nothing else of the archive is written anywhere.</summary>
    public static Command Extract(IReadOnlyCollection<PathSwap> paths) => Command.Of(
        "tar",
        [
            "--extract", "--file=-", "--numeric-owner", "--same-owner", "--preserve-permissions", "--delay-directory-restore", "--directory=/",
            .. paths.Select(p => $"--transform=s,^{Pattern(Member(p.Live))}\\(/.*\\)\\{{0\\,1\\}}$,{Replacement(Member(p.New))}\\1,rSh"),
            "--",
            .. paths.Select(p => Member(p.Live)),
        ]) with
    {
        Environment = Plain,
        Timeout = Limit,
    };

    private static string Member(string path) => path[1..];

    private static string Pattern(string text) => Escaped(text, ".*[]^$\\,");

    private static string Replacement(string text) => Escaped(text, "\\&,");

    private static string Escaped(string text, string special)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
            escaped.Append(special.Contains(c) ? "\\" : "").Append(c);
        return escaped.ToString();
    }

    private static Command Sh(string script, IReadOnlyCollection<string> arguments) =>
        Command.Of("sh", ["-c", script, "sh", .. arguments]) with { Environment = Plain, Timeout = TimeSpan.FromMinutes(5) };
}
