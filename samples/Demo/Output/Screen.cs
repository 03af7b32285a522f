using System.Globalization;
using Demo.Steps;
using Spectre.Console;

namespace Demo.Output;

/// <summary>What the person in front of it sees: colours on a terminal, plain lines in a pipe, secrets in neither.</summary>
internal sealed class Screen
{
    private readonly List<string> _secrets = [];

    public static bool IsTerminal => !Console.IsOutputRedirected;

    public void Hide(string secret) => _secrets.Add(secret);

    public string Clean(string text) => _secrets.Aggregate(text, (shown, secret) => shown.Replace(secret, "***", StringComparison.Ordinal));

    public void Heading(string text)
    {
        Line("");
        Line(text, "bold");
    }

    /// <summary>A command line as it was typed.</summary>
    public void Command(string text) => Line($"  $ {text}", "yellow");

    /// <summary>A line of a command's output.</summary>
    public void Output(string text) => Line($"    {text}", "grey");

    public void Fact(string text) => Line($"  {text}");

    public void Result(StepResult result) => Line(
        $"  {(result.Passed ? "ok" : "FAILED")} in {Seconds(result.Time)} s{(result.Bytes is { } bytes ? $", {Size(bytes)}" : "")}: {result.Detail}",
        result.Passed ? "green" : "red");

    /// <summary>Rows under headings, the first row being those; the columns named are aligned to the right.</summary>
    public void Table(IReadOnlyList<string[]> rows, IReadOnlyCollection<int> rightAligned)
    {
        Line("");
        if (IsTerminal)
        {
            var table = new Table().Border(TableBorder.Rounded);
            for (var column = 0; column < rows[0].Length; column++)
            {
                var shown = new TableColumn(Markup.Escape(rows[0][column]));
                table.AddColumn(rightAligned.Contains(column) ? shown.RightAligned() : shown);
            }

            foreach (var row in rows.Skip(1))
                table.AddRow([.. row.Select(cell => Markup.Escape(Clean(cell)))]);
            AnsiConsole.Write(table);
            return;
        }

        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            Line(string.Join("  ", row.Select((cell, i) => rightAligned.Contains(i) ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
    }

    public void Line(string text, string style = "")
    {
        if (IsTerminal && style.Length > 0)
            AnsiConsole.MarkupLine($"[{style}]{Markup.Escape(Clean(text))}[/]");
        else
            Console.WriteLine(Clean(text));
    }

    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);

    public static string Size(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
    };
}
