namespace CodeB.Cli.Core;

/// <summary>Aligned columns of text, the same on a terminal and in a pipe.</summary>
internal sealed class Columns(params string[] headers)
{
    private readonly List<string[]> _rows = [headers];

    /// <summary>One row, a cell for each header; an empty cell is shown as a dash.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(cell => cell.Length == 0 ? "-" : PlainText.Clean(cell))]);

    public void WriteTo(Terminal terminal, string indent = "")
    {
        var widths = new int[headers.Length];
        for (var column = 0; column < widths.Length; column++)
            widths[column] = _rows.Max(row => row[column].Length);
        foreach (var row in _rows)
            terminal.Line((indent + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])))).TrimEnd());
    }

    /// <summary>Lines of a name and a value; those without a value are left out.</summary>
    public static void WritePairs(Terminal terminal, params (string Name, string Value)[] pairs)
    {
        var shown = pairs.Where(pair => pair.Value.Length > 0).ToList();
        var width = shown.Count == 0 ? 0 : shown.Max(pair => pair.Name.Length);
        foreach (var (name, value) in shown)
            terminal.Line($"{name.PadRight(width)}  {value}");
    }
}
