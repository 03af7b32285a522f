using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;

namespace CodeB.Cli.Insight;

/// <summary>Operations as text.</summary>
internal static class OperationText
{
    public static void WriteTable(Terminal terminal, IEnumerable<Operation> operations, string indent = "")
    {
        var columns = new Columns("OPERATION", "KIND", "TARGET", "STATE", "STARTED", "BY", "TOOK", "ERROR");
        foreach (var operation in operations)
        {
            columns.Add(
                operation.Id,
                operation.Kind,
                operation.Target,
                Units.Word(operation.State),
                Units.Instant(operation.StartedAt),
                operation.StartedBy,
                Units.Duration(operation.StartedAt, operation.FinishedAt),
                operation.Error);
        }

        columns.WriteTo(terminal, indent);
    }

    public static void Write(Terminal terminal, Operation operation)
    {
        Columns.WritePairs(
            terminal,
            ("operation", operation.Id),
            ("what", $"{operation.Kind} {operation.Target}"),
            ("state", Units.Word(operation.State)),
            ("started", $"{Units.Instant(operation.StartedAt)} by {operation.StartedBy}"),
            ("took", Units.Duration(operation.StartedAt, operation.FinishedAt)),
            ("taken up", operation.Resumed > 0 ? $"{operation.Resumed} times after CodeB had stopped" : ""),
            ("error", operation.Error),
            ("not undone", string.Join("; ", operation.NotUndone)));
        foreach (var (name, value) in operation.Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal))
            terminal.Line($"{name}: {value}");
        var columns = new Columns("STEP", "STATE", "STARTED", "DETAIL");
        foreach (var step in operation.Steps)
            columns.Add(step.Name, Units.Word(step.State), Units.Instant(step.StartedAt), StepText.Describe(step));
        columns.WriteTo(terminal);
    }
}
