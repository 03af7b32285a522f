using CodeB.Cli.Core;
using CodeB.Cli.Protection;
using CodeB.Cli.Servers;
using CodeB.V1;

namespace CodeB.Cli.Insight;

/// <summary>The status as text.</summary>
internal static class StatusText
{
    public static void Write(Terminal terminal, FleetStatus status)
    {
        terminal.Line($"CodeB {status.Version}, up since {Units.Instant(status.StartedAt)}");
        Section(terminal, "Servers", status.Servers.Count, "none; `we server add --help`", () => ServerText.WriteTable(terminal, status.Servers, "  "));
        Section(terminal, "Slots", status.SlotPairs.Count, "none; `we project create --help`", () => WriteSlots(terminal, status.SlotPairs));
        Section(terminal, "Backups", status.Backups.Count, "none", () => WriteBackups(terminal, status.Backups));
        Section(terminal, "Under way", status.Running.Count, "nothing", () => OperationText.WriteTable(terminal, status.Running, "  "));
        if (status.RecentFailures.Count > 0)
        {
            Section(terminal, "Did not succeed", status.RecentFailures.Count, "", () =>
                OperationText.WriteTable(terminal, status.RecentFailures, "  "));
        }
    }

    private static void Section(Terminal terminal, string title, int count, string none, Action write)
    {
        terminal.Line();
        if (count == 0)
        {
            terminal.Line($"{title}: {none}");
            return;
        }

        terminal.Line($"{title}:");
        write();
    }

    private static void WriteSlots(Terminal terminal, IEnumerable<SlotPair> pairs)
    {
        var columns = new Columns("PROJECT", "SERVER", "SLOT", "STATE", "VERSION", "PORT", "HEALTH", "NOTE");
        foreach (var pair in pairs)
        {
            foreach (var slot in new[] { pair.Blue, pair.Green }.OfType<Slot>())
            {
                columns.Add(
                    $"{pair.Project}/{pair.Environment}",
                    pair.Server,
                    slot.Name,
                    Units.Word(slot.State),
                    slot.Version,
                    slot.Port == 0 ? "" : $"{slot.Port}",
                    slot.HealthStatus,
                    Note(pair, slot));
            }
        }

        columns.WriteTo(terminal, "  ");
    }

    private static string Note(SlotPair pair, Slot slot) => slot.State switch
    {
        SlotState.Active when slot.Name == pair.ActiveSlot => $"serves, promoted {Units.Instant(slot.PromotedAt)} by {slot.PromotedBy}",
        SlotState.Grace => $"kept for a rollback until {Units.Instant(slot.GraceUntil)}",
        SlotState.Deployed => $"`we promote {pair.Project}{(pair.Environment == "production" ? "" : $" -e {pair.Environment}")}` makes it active",
        SlotState.Deploying when pair.RunningOperation.Length > 0 => $"operation {pair.RunningOperation}",
        _ => "",
    };

    private static void WriteBackups(Terminal terminal, IEnumerable<ProjectBackup> backups)
    {
        var columns = new Columns("PROJECT", "LAST SET", "CREATED", "COMPONENTS", "SIZE", "NOTE");
        foreach (var backup in backups)
        {
            var set = backup.LastSet;
            columns.Add(
                backup.Project,
                set?.Id ?? "",
                Units.Instant(set?.CreatedAt),
                set is null ? "" : SetText.Components(set),
                set is null ? "" : Units.Bytes(set.Artifacts.Sum(artifact => artifact.Bytes)),
                backup.Error.Length > 0 ? backup.Error : set is null ? $"no set yet; `we backup run {backup.Project}`" : "");
        }

        columns.WriteTo(terminal, "  ");
    }
}
