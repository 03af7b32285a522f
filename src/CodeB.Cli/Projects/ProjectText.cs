using System.Globalization;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Projects;

/// <summary>A project's settings in words.</summary>
internal static class ProjectText
{
    public static string Container(Project project)
    {
        if (project.Container is not { } container)
            return "";
        string[] parts =
        [
            container.Port == 0 ? "on the server's network" : $"port {container.Port}",
            container.MemoryMegabytes == 0 ? "" : $"memory {container.MemoryMegabytes} MiB",
            container.Cpus == 0 ? "" : $"{container.Cpus.ToString("0.##", CultureInfo.InvariantCulture)} CPUs",
            $"{container.StopSeconds} s to stop",
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    public static string Labels(Project project) => project.Container is { } container
        ? string.Join(", ", container.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))
        : "";

    public static string ReleaseCommand(Project project) => project.Container is { } container
        ? string.Join(' ', container.ReleaseCommand.Select(CommandLine.Quote))
        : "";

    public static string Health(Project project)
    {
        if (project.Health is not { } health)
            return project.HealthPath;
        var limit = health.Timeout is null ? "" : $" within {Units.Duration(health.Timeout.ToTimeSpan())}";
        var interval = health.Interval is null ? "" : $", every {Units.Duration(health.Interval.ToTimeSpan())}";
        return $"{health.ExpectedStatus} from {project.HealthPath} {health.Successes} times in a row{limit}{interval}";
    }
}
