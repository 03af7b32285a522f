using System.Collections.Immutable;
using System.Globalization;
using CodeB.Hosts.Commands;

namespace CodeB.Protection.Redis;

/// <summary>Redis' command lines. The password travels in REDISCLI_AUTH, never in an argument.</summary>
public static class RedisCommands
{
    private const string Socket = "codeb.sock";
    private const string PidFile = "codeb.pid";
    private const string LogFile = "codeb.log";

    /// <summary>In a folder that is kept: which operation keeps it.</summary>
    private const string MarkFile = ".codeb-kept";

    /// <summary>A snapshot on standard output, through the replication protocol: no file and no right on the server's disk is needed.</summary>
    public static Command Snapshot(RedisSettings settings, string? password) =>
        Live(settings, password, "--rdb", "-") with { Timeout = TimeSpan.FromHours(6) };

    public static Command Live(RedisSettings settings, string? password, params ReadOnlySpan<string> arguments)
    {
        string[] where = settings.SocketPath is { } socket
            ? ["-s", socket]
            : ["-h", settings.Host, "-p", settings.Port.ToString(CultureInfo.InvariantCulture)];
        var environment = ImmutableSortedDictionary<string, string>.Empty.Add("LC_ALL", "C");
        return Command.Of("redis-cli", [.. where, "-e", .. arguments]) with
        {
            Environment = password is null ? environment : environment.Add("REDISCLI_AUTH", password),
        };
    }

    /// <summary>An empty folder of the data's account beside the data directory.</summary>
    public static Command MakeStage(RedisSettings settings, string stage) => Sh(
        "umask 077 && rm -rf -- \"$1\" && mkdir -- \"$1\" && if [ -n \"$2\" ]; then chown -- \"$2:\" \"$1\"; fi",
        stage,
        settings.OsAccount ?? "");

    public static Command Receive(RedisSettings settings, string stage) =>
        Sh("umask 077 && exec dd of=\"$1\" bs=1M iflag=fullblock conv=fsync status=none", $"{stage}/{settings.DumpFile}") with
        {
            RunAs = settings.OsAccount,
            WorkingDirectory = "/",
            Timeout = TimeSpan.FromHours(6),
        };

    /// <summary>A server of its own on the staged data, reachable through a socket in its folder only, that writes nothing by itself.</summary>
    public static Command StartStaged(RedisSettings settings, string stage) => Command.Of(
        settings.ServerProgram,
        "--port", "0",
        "--unixsocket", $"{stage}/{Socket}",
        "--unixsocketperm", "700",
        "--dir", stage,
        "--dbfilename", settings.DumpFile,
        "--appendonly", "no",
        "--appendfilename", settings.AppendFile,
        "--appenddirname", settings.AppendDirectory,
        "--save", "",
        "--daemonize", "yes",
        "--pidfile", $"{stage}/{PidFile}",
        "--logfile", $"{stage}/{LogFile}") with
    {
        RunAs = settings.OsAccount,
        WorkingDirectory = "/",
    };

    public static Command Staged(RedisSettings settings, string stage, params ReadOnlySpan<string> arguments) =>
        Command.Of("redis-cli", ["-s", $"{stage}/{Socket}", "-e", .. arguments]) with
        {
            RunAs = settings.OsAccount,
            WorkingDirectory = "/",
            Timeout = TimeSpan.FromMinutes(10),
        };

    /// <summary>Prints "alive" or the end of the staged server's log.</summary>
    public static Command StagedState(string stage) => Sh(
        $"p=$(cat -- \"$1/{PidFile}\" 2>/dev/null) && kill -0 \"$p\" 2>/dev/null && echo alive || tail -n 5 -- \"$1/{LogFile}\" 2>/dev/null || echo no server",
        stage);

    /// <summary>Ends a staged server, if one runs there, and waits until it is gone.</summary>
    public static Command StopStaged(string stage) => Sh(
        $"p=$(cat -- \"$1/{PidFile}\" 2>/dev/null) || exit 0; case $(tr '\\0' ' ' < \"/proc/$p/cmdline\" 2>/dev/null) in *\"$1\"*) ;; *) exit 0 ;; esac; "
        + "kill -KILL \"$p\"; while kill -0 \"$p\" 2>/dev/null; do sleep 0.05; done",
        stage);

    /// <summary>Removes what the staged server left beside its data.</summary>
    public static Command CleanStage(string stage) => Command.Of("rm", "-f", "--", $"{stage}/{Socket}", $"{stage}/{PidFile}", $"{stage}/{LogFile}");

    /// <summary>
    /// live → kept, which is marked with the operation that keeps it, and next → live, without a mark; continues from wherever
    /// it was interrupted. What a service start made of an empty live folder in between is never mistaken for data: with all
    /// three there, it fails.
    /// </summary>
    public static Command Swap(string live, string kept, string next, string keptBy) => Sh(
        "[ -d \"$3\" ] || exit 0; "
        + "[ ! -e \"$2\" ] || rmdir -- \"$1\" 2>/dev/null || true; "
        + "if [ -d \"$1\" ]; then [ ! -e \"$2\" ] || { echo \"$1, $2 and $3 are all there\" >&2; exit 1; }; mv -T -- \"$1\" \"$2\"; fi; "
        + $"[ ! -d \"$2\" ] || printf %s \"$4\" > \"$2/{MarkFile}\"; rm -f -- \"$3/{MarkFile}\"; "
        + "mv -T -- \"$3\" \"$1\" && sync -- \"${1%/*}\"",
        live,
        kept,
        next,
        keptBy);

    /// <summary>A line with the folder's bytes and one with the operation that keeps it, empty without one. Nothing where there is no such folder.</summary>
    public static Command Kept(string folder) => Sh(
        $"[ -d \"$1\" ] || exit 0; du -sb -- \"$1\" | cut -f 1; cat -- \"$1/{MarkFile}\" 2>/dev/null || true", folder);

    /// <summary>
    /// Lets commands that write wait, for at most so long, and others through. It ends by itself, so that a Redis whose CodeB has
    /// died does not hold its writers for ever. Needs Redis 6.2.
    /// </summary>
    public static Command Pause(RedisSettings settings, string? password, TimeSpan limit) => Live(
        settings, password, "CLIENT", "PAUSE", ((long)limit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), "WRITE");

    public static Command Unpause(RedisSettings settings, string? password) => Live(settings, password, "CLIENT", "UNPAUSE");

    public static Command Rename(string from, string to) => Sh("mv -T -- \"$1\" \"$2\" && sync -- \"${2%/*}\"", from, to);

    /// <summary>The mark goes last: what a kill leaves of the folder can still be recognised and removed.</summary>
    public static Command RemoveKept(string folder) =>
        Sh($"find \"$1\" -mindepth 1 -maxdepth 1 ! -name {MarkFile} -exec rm -rf -- {{}} + && rm -rf -- \"$1\"", folder) with
        {
            Timeout = TimeSpan.FromMinutes(5),
        };

    /// <summary>Which of the folders exist, one a line.</summary>
    public static Command Existing(params ReadOnlySpan<string> folders) =>
        Sh("for d in \"$@\"; do [ ! -d \"$d\" ] || echo \"$d\"; done", folders);

    public static Command Remove(string folder) => Command.Of("rm", "-rf", "--", folder) with { Timeout = TimeSpan.FromMinutes(5) };

    public static Command Service(IReadOnlyList<string> command) =>
        Command.Of(command[0], [.. command.Skip(1)]) with { Timeout = TimeSpan.FromMinutes(2) };

    private static Command Sh(string script, params ReadOnlySpan<string> arguments) =>
        Command.Of("sh", ["-c", script, "sh", .. arguments]) with
        {
            Environment = ImmutableSortedDictionary<string, string>.Empty.Add("LC_ALL", "C"),
        };
}
