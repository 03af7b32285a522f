using System.Globalization;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Protection.Files;

/// <summary>What stands on a server below some paths.</summary>
public static class TreeListing
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>The entries by path; a path that is missing has none. Sockets are left out, as archives leave them out.</summary>
    public static async Task<Dictionary<string, TreeEntry>> ReadAsync(
        IHostSession server, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var entries = new Dictionary<string, TreeEntry>(StringComparer.Ordinal);
        if (paths.Count == 0)
            return entries;
        var listed = (await server.RunAsync(List(paths), cancellationToken: cancellationToken)).Output.Split('\0');
        for (var i = 0; i + 1 < listed.Length; i += 2)
        {
            var parts = listed[i].Split(' ', 6);
            var type = parts[0][0];
            entries[parts[5]] = new TreeEntry(
                parts[5],
                type,
                Convert.ToInt32(parts[1], 8),
                Number(parts[2]),
                Number(parts[3]),
                type == 'f' ? long.Parse(parts[4], CultureInfo.InvariantCulture) : 0,
                listed[i + 1],
                "");
        }

        foreach (var line in (await server.RunAsync(Sums(paths), cancellationToken: cancellationToken)).Output.Split('\0'))
        {
            // A hash, two blanks, the path.
            if (line.Length > 66 && entries.TryGetValue(line[66..], out var entry))
                entries[entry.Path] = entry with { Sha256 = line[..64] };
        }

        return entries;
    }

    public static Command List(IReadOnlyCollection<string> paths) => Existing(
        "find \"$@\" ! -type s -printf '%y %m %U %G %s %p\\0%l\\0'", paths);

    public static Command Sums(IReadOnlyCollection<string> paths) => Existing("find \"$@\" -type f -exec sha256sum -z -- {} +", paths);

    /// <summary>Runs the script with those of the paths that exist as its arguments.</summary>
    private static Command Existing(string script, IReadOnlyCollection<string> paths) => Command.Of(
        "sh",
        ["-c", "for p in \"$@\"; do shift; if [ -e \"$p\" ] || [ -L \"$p\" ]; then set -- \"$@\" \"$p\"; fi; done; [ $# -gt 0 ] || exit 0; exec " + script, "sh", .. paths]) with
    {
        Timeout = Limit,
    };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
