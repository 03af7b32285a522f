using System.Globalization;
using CodeB.Hosts.Commands;

namespace CodeB.Delivery.Traffic;

/// <summary>Command lines around Caddy and the edge's folder.</summary>
public static class EdgeCommands
{
    /// <summary>Loads the configuration into the running Caddy; nothing happens where it is the same as before.</summary>
    public static Command Reload(TrafficSettings settings) =>
        Command.Of("caddy", "reload", "--config", settings.CaddyFile, "--adapter", "caddyfile", "--address", settings.AdminAddress);

    /// <summary>The whole configuration as JSON, without loading it.</summary>
    public static Command Adapt(TrafficSettings settings) =>
        Command.Of("caddy", "adapt", "--config", settings.CaddyFile, "--adapter", "caddyfile");

    /// <summary>Makes folders, readable for Caddy's account.</summary>
    public static Command MakeFolders(params ReadOnlySpan<string> folders) => Command.Of("install", ["-d", "-m", "0755", .. folders]);

    /// <summary>Every name's link, a line each: its path and where it leads, a tab between. Without the folders there is none.</summary>
    public static Command ListLinks(TrafficSettings settings) =>
        Command.Of("find", settings.DomainsDirectory, settings.RedirectsDirectory, "-mindepth", "1", "-maxdepth", "1", "-type", "l", "-printf", "%p\\t%l\\n") with
        {
            SuccessExitCodes = [0, 1],
        };

    /// <summary>Every pair's open gates, a path a line.</summary>
    public static Command ListAllGates(TrafficSettings settings) =>
        Command.Of("find", settings.PairsDirectory, "-mindepth", "3", "-maxdepth", "3", "-type", "f") with { SuccessExitCodes = [0, 1] };

    /// <summary>A folder's names, one a line. Without the folder there is none.</summary>
    public static Command List(string folder) => Command.Of("ls", "-1", folder) with { SuccessExitCodes = [0, 2] };

    /// <summary>One rename(2): there is no instant at which both or neither are.</summary>
    public static Command Move(string from, string to) => Command.Of("mv", "-f", "-T", from, to);

    /// <summary>Like <see cref="Move"/>, for a folder whose place may be taken already: then it stays.</summary>
    public static Command MoveUnlessThere(string from, string to) => Command.Of("mv", "-T", from, to) with { SuccessExitCodes = [0, 1] };

    public static Command Touch(string file) => Command.Of("touch", file);

    public static Command Remove(params ReadOnlySpan<string> files) => Command.Of("rm", ["-f", .. files]);

    public static Command RemoveTree(params ReadOnlySpan<string> folders) => Command.Of("rm", ["-rf", .. folders]);

    /// <summary>Points a link somewhere, in one rename where there was one already.</summary>
    public static Command Link(string link, string target) => Command.Of("ln", "-s", "-f", "-n", "-T", target, link);

    /// <summary>
    /// Established connections to ports of loopback, a line each; its fourth word is where it leads. Every request that Caddy
    /// has under way and every WebSocket is one.
    /// </summary>
    public static Command Connections(params ReadOnlySpan<int> ports)
    {
        var any = string.Join(" or ", ports.ToArray().Select(port => string.Create(CultureInfo.InvariantCulture, $"dport = :{port}")));
        return Command.Of("ss", "-Htn", "state", "established", $"( {any} ) and dst 127.0.0.1");
    }
}
