using CodeB.Hosts.Commands;

namespace CodeB.Protection.Sets;

/// <summary>The backup server's commands. Scripts take their values as arguments, never as part of their text.</summary>
public static class SetCommands
{
    /// <summary>Stops a stalled transfer in the end; the bytes' own pace is bounded by nothing else.</summary>
    public static readonly TimeSpan TransferTimeout = TimeSpan.FromHours(6);

    public static Command MakeFolder(string path) => Sh("umask 077 && mkdir -p -- \"$1\"", path);

    /// <summary>Free bytes of the file system that holds the path or will hold it.</summary>
    public static Command FreeBytes(string path) => Sh(
        "d=$1; while [ ! -e \"$d\" ]; do d=$(dirname -- \"$d\"); done; df -B1 --output=avail -- \"$d\" | tail -n 1", path);

    /// <summary>A line a file or folder below: type, bytes, relative path. Nothing where there is no folder.</summary>
    public static Command Tree(string folder, int depth) => Sh(
        "[ -d \"$1\" ] || exit 0; exec find \"$1\" -mindepth 1 -maxdepth \"$2\" -printf '%y %s %P\\n'",
        folder,
        depth.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The files of a name in all sets' folders, a line each: project/set/file. Nothing where there is no folder.</summary>
    public static Command InAllSets(string root, string file) =>
        Sh("[ -d \"$1\" ] || exit 0; exec find \"$1\" -mindepth 3 -maxdepth 3 -name \"$2\" -printf '%P\\n'", root, file);

    /// <summary>Standard input to a file, on the disk before it ends.</summary>
    public static Command Receive(string path) =>
        Sh("umask 077 && exec dd of=\"$1\" bs=1M iflag=fullblock conv=fsync status=none", path) with { Timeout = TransferTimeout };

    /// <summary>Renames and makes the folder's entry durable.</summary>
    public static Command Publish(string from, string to) => Sh("mv -f -- \"$1\" \"$2\" && sync -- \"${2%/*}\"", from, to);

    public static Command Send(string path) => Command.Of("cat", "--", path) with { Timeout = TransferTimeout };

    public static Command Remove(params ReadOnlySpan<string> paths) =>
        Command.Of("rm", ["-rf", "--", .. paths]) with { Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>The manifest goes first: from then on the set does not exist, however far the rest comes.</summary>
    public static Command RemoveSet(string folder, string manifest) =>
        Sh("rm -f -- \"$1/$2\" && rm -rf -- \"$1\"", folder, manifest) with { Timeout = TimeSpan.FromMinutes(5) };

    private static Command Sh(string script, params ReadOnlySpan<string> arguments) =>
        Command.Of("sh", ["-c", script, "sh", .. arguments]) with { Environment = Plain };

    /// <summary>Messages in English: "No space left on device" is looked for in them.</summary>
    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> Plain { get; } =
        System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("LC_ALL", "C");
}
