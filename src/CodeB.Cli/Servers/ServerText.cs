using System.Globalization;
using System.Security.Cryptography;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Servers;

/// <summary>Servers as text.</summary>
internal static class ServerText
{
    public static readonly IReadOnlyDictionary<string, ServerRole> Roles = new Dictionary<string, ServerRole>
    {
        ["application"] = ServerRole.Application,
        ["streaming"] = ServerRole.Streaming,
        ["database"] = ServerRole.Database,
        ["backup"] = ServerRole.Backup,
    };

    public static void WriteTable(Terminal terminal, IEnumerable<Server> servers, string indent = "")
    {
        var columns = new Columns("SERVER", "ROLE", "ADDRESS", "ANSWERS", "ROUND TRIP", "DISK FREE", "CHECKED");
        foreach (var server in servers)
        {
            var check = server.LastCheck;
            columns.Add(
                server.Name,
                Units.Word(server.Role),
                Login(server),
                check is null ? "not checked" : check.Reachable ? "yes" : $"no: {check.Error}",
                check is { Reachable: true } ? RoundTrip(check) : "",
                check is { DiskBytes: > 0 } ? Disk(check) : "",
                Units.Instant(check?.At));
        }

        columns.WriteTo(terminal, indent);
    }

    public static void Write(Terminal terminal, Server server)
    {
        Columns.WritePairs(
            terminal,
            ("server", server.Name),
            ("role", Units.Word(server.Role)),
            ("address", Login(server)),
            ("host key", server.HostKey),
            ("fingerprint", Fingerprint(server.HostKey)),
            ("added", Units.Instant(server.AddedAt)));
        if (server.LastCheck is { } check)
            Write(terminal, check);
    }

    public static void Write(Terminal terminal, ServerCheck check)
    {
        if (!check.Reachable)
        {
            terminal.Line($"{check.Server} does not answer: {check.Error}");
            return;
        }

        Columns.WritePairs(
            terminal,
            ("answers", $"yes, in {RoundTrip(check)}, checked {Units.Instant(check.At)}"),
            ("hostname", check.Hostname),
            ("system", check.OperatingSystem),
            ("cpus", check.Cpus > 0 ? check.Cpus.ToString(CultureInfo.InvariantCulture) : ""),
            ("memory", check.MemoryBytes > 0 ? Units.Bytes(check.MemoryBytes) : ""),
            ("disk", check.DiskBytes > 0 ? Disk(check) : ""));
    }

    /// <summary>As <c>ssh-keygen -l</c> prints it; empty where the text is no key.</summary>
    private static string Fingerprint(string hostKey)
    {
        var parts = hostKey.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var key = new byte[parts.Length < 2 ? 0 : parts[1].Length];
        return parts.Length >= 2 && Convert.TryFromBase64String(parts[1], key, out var length)
            ? $"SHA256:{Convert.ToBase64String(SHA256.HashData(key.AsSpan(0, length))).TrimEnd('=')}"
            : "";
    }

    private static string Login(Server server) =>
        $"{(server.User.Length > 0 ? $"{server.User}@" : "")}{server.Address}{(server.Port is 0 or 22 ? "" : $":{server.Port}")}";

    private static string RoundTrip(ServerCheck check) => string.Create(CultureInfo.InvariantCulture, $"{check.RoundTripMs:0.0} ms");

    private static string Disk(ServerCheck check) => $"{Units.Bytes(check.DiskFreeBytes)} of {Units.Bytes(check.DiskBytes)} free";
}
