using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Protection;

/// <summary>Backup sets as text.</summary>
internal static class SetText
{
    public static void WriteTable(Terminal terminal, IEnumerable<BackupSet> sets)
    {
        var columns = new Columns("SET", "CREATED", "ENVIRONMENT", "COMPONENTS", "SIZE", "CONTENT", "TOOK");
        foreach (var set in sets)
        {
            columns.Add(
                set.Id,
                Units.Instant(set.CreatedAt),
                set.Environment,
                Components(set),
                Units.Bytes(set.Artifacts.Sum(artifact => artifact.Bytes)),
                Units.Bytes(set.Artifacts.Sum(artifact => artifact.PlainBytes)),
                Units.Duration(TimeSpan.FromMilliseconds(set.DurationMs)));
        }

        columns.WriteTo(terminal);
    }

    public static void Write(Terminal terminal, BackupSet set)
    {
        Columns.WritePairs(
            terminal,
            ("set", set.Id),
            ("project", $"{set.Project}/{set.Environment}"),
            ("created", Units.Instant(set.CreatedAt)),
            ("stored", $"{set.Server}:{set.Path}"),
            ("took", Units.Duration(TimeSpan.FromMilliseconds(set.DurationMs))));
        var columns = new Columns("COMPONENT", "FILE", "SIZE", "CONTENT", "TOOK", "SHA-256");
        foreach (var artifact in set.Artifacts)
        {
            columns.Add(
                artifact.Component,
                artifact.File,
                Units.Bytes(artifact.Bytes),
                Units.Bytes(artifact.PlainBytes),
                Units.Duration(TimeSpan.FromMilliseconds(artifact.DurationMs)),
                artifact.Sha256);
        }

        columns.WriteTo(terminal);
    }

    public static string Components(BackupSet set) => string.Join(", ", set.Artifacts.Select(artifact => artifact.Component).Distinct());
}
