using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Delivery;

/// <summary>Slots and releases as text.</summary>
internal static class SlotText
{
    public static void WriteTable(Terminal terminal, IEnumerable<SlotPair> pairs)
    {
        var columns = new Columns("PROJECT", "SLOT", "STATE", "VERSION", "PORT", "HEALTH", "DEPLOYED", "GRACE UNTIL", "SNAPSHOTS");
        foreach (var pair in pairs)
        {
            foreach (var slot in new[] { pair.Blue, pair.Green })
            {
                columns.Add(
                    $"{pair.Project}/{pair.Environment}",
                    slot.Name,
                    Units.Word(slot.State),
                    slot.Version,
                    $"{slot.Port}",
                    slot.State == SlotState.Empty ? "" : slot.HealthStatus,
                    Units.Instant(slot.DeployedAt),
                    Units.Instant(slot.GraceUntil),
                    Snapshots(slot.DbSnapshot, slot.RedisSnapshot));
            }
        }

        columns.WriteTo(terminal);
    }

    public static void Write(Terminal terminal, SlotPair pair)
    {
        Columns.WritePairs(
            terminal,
            ("environment", $"{pair.Project}/{pair.Environment}"),
            ("server", pair.Server),
            ("domains", string.Join(", ", pair.Domains)),
            ("active", pair.ActiveSlot.Length > 0 ? pair.ActiveSlot : "none; a promote makes one active"),
            ("under way", pair.RunningOperation),
            ("changed", Units.Instant(pair.LastUpdated)));
        foreach (var slot in new[] { pair.Blue, pair.Green })
        {
            terminal.Line();
            terminal.Line($"{slot.Name}:");
            Columns.WritePairs(
                terminal,
                ("  state", Units.Word(slot.State)),
                ("  reason", PlainText.Clean(slot.Reason)),
                ("  version", slot.Version),
                ("  image", slot.Image),
                ("  port", $"{slot.Port}"),
                ("  health", slot.State == SlotState.Empty ? "" : slot.HealthStatus),
                ("  deployed", By(slot.DeployedAt, slot.DeployedBy)),
                ("  promoted", By(slot.PromotedAt, slot.PromotedBy)),
                ("  traffic until", slot.TrafficLostAt is null ? "" : Units.Instant(slot.TrafficLostAt)),
                ("  grace until", slot.GraceUntil is null ? "" : Units.Instant(slot.GraceUntil)),
                ("  database snapshot", slot.DbSnapshot),
                ("  redis snapshot", slot.RedisSnapshot));
        }
    }

    public static void WriteHistory(Terminal terminal, IEnumerable<Release> releases)
    {
        var columns = new Columns("VERSION", "SLOT", "DEPLOYED", "BY", "PROMOTED", "BY", "ENDED", "BY", "HOW", "SNAPSHOTS", "REASON");
        foreach (var release in releases)
        {
            columns.Add(
                release.Version,
                release.Slot,
                Units.Instant(release.DeployedAt),
                release.DeployedBy,
                Units.Instant(release.PromotedAt),
                release.PromotedBy,
                Units.Instant(release.EndedAt),
                release.EndedBy,
                release.End,
                Snapshots(release.DbSnapshot, release.RedisSnapshot),
                release.Reason);
        }

        columns.WriteTo(terminal);
    }

    private static string By(Google.Protobuf.WellKnownTypes.Timestamp? at, string by) => at is null ? "" : $"{Units.Instant(at)} by {by}";

    /// <summary>One backup set holds both as a rule.</summary>
    private static string Snapshots(string database, string redis) => (database, redis) switch
    {
        ("", "") => "",
        (var set, "") => set,
        ("", var set) => $"{set} (redis)",
        var (one, other) when one == other => one,
        var (one, other) => $"{one}, {other} (redis)",
    };
}
