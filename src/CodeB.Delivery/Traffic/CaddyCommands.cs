using CodeB.Domain.Slots;
using CodeB.Hosts.Commands;

namespace CodeB.Delivery.Traffic;

/// <summary>Command lines around Caddy and the gate files.</summary>
public static class CaddyCommands
{
    /// <summary>Loads the configuration into the running Caddy; nothing happens where it is the same as before.</summary>
    public static Command Reload(TrafficSettings settings) =>
        Command.Of("caddy", "reload", "--config", settings.CaddyFile, "--adapter", "caddyfile", "--address", settings.AdminAddress);

    /// <summary>Makes the gate folder, readable for Caddy's account.</summary>
    public static Command MakeGates(TrafficSite site, TrafficSettings settings) => Command.Of(
        "install", "-d", "-m", "0755", settings.GatesDirectory, $"{settings.GatesDirectory}/{site.Project}", site.GateDirectory(settings));

    /// <summary>The names of the open gates, one a line. Without the folder there is none.</summary>
    public static Command ListGates(TrafficSite site, TrafficSettings settings) =>
        Command.Of("ls", "-1", site.GateDirectory(settings)) with { SuccessExitCodes = [0, 2] };

    /// <summary>The switch: one rename(2), so that at every instant exactly one gate is open.</summary>
    public static Command MoveGate(TrafficSite site, TrafficSettings settings, SlotName from, SlotName to) =>
        Command.Of("mv", "-f", "-T", site.GateFile(settings, from), site.GateFile(settings, to));

    public static Command OpenGate(TrafficSite site, TrafficSettings settings, SlotName slot) =>
        Command.Of("touch", site.GateFile(settings, slot));

    public static Command CloseGate(TrafficSite site, TrafficSettings settings, SlotName slot) =>
        Command.Of("rm", "-f", site.GateFile(settings, slot));

    public static Command RemoveGates(TrafficSite site, TrafficSettings settings) => Command.Of("rm", "-rf", site.GateDirectory(settings));

    public static Command RemoveSite(TrafficSite site, TrafficSettings settings) => Command.Of("rm", "-f", site.SiteFile(settings));
}
