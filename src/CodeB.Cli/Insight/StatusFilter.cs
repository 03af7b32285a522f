using CodeB.V1;

namespace CodeB.Cli.Insight;

/// <summary>One project's part of the status.</summary>
internal static class StatusFilter
{
    public static FleetStatus Of(FleetStatus status, Project project)
    {
        HashSet<string> servers =
        [
            .. project.Environments.Select(environment => environment.Server),
            project.Database?.Server ?? "",
            project.Redis?.Server ?? "",
            project.BackupServer,
        ];
        var part = new FleetStatus { Version = status.Version, StartedAt = status.StartedAt };
        part.Servers.AddRange(status.Servers.Where(server => servers.Contains(server.Name)));
        part.SlotPairs.AddRange(status.SlotPairs.Where(pair => pair.Project == project.Name));
        part.Backups.AddRange(status.Backups.Where(backup => backup.Project == project.Name));
        part.Running.AddRange(status.Running.Where(IsOfProject));
        part.RecentFailures.AddRange(status.RecentFailures.Where(IsOfProject));
        return part;

        bool IsOfProject(Operation operation) =>
            operation.Target == project.Name || operation.Target.StartsWith($"{project.Name}/", StringComparison.Ordinal);
    }
}
