using System.Globalization;
using System.Text;

namespace CodeB.Protection.Config;

/// <summary>Two texts as the unified diff that <c>diff -u</c> and <c>patch</c> know.</summary>
public static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>Beyond it the changed middle is shown as taken away and put in as a whole: right, though longer.</summary>
    private const long MaxCells = 4_000_000;

    /// <summary>Empty where the texts are equal.</summary>
    public static string Of(string path, string before, string after)
    {
        if (before == after)
            return "";
        var edits = Edits(Lines(before), Lines(after));
        var text = new StringBuilder($"--- {path} (live)\n+++ {path} (set)\n");
        foreach (var (from, to) in Hunks(edits))
        {
            var hunk = edits[from..to];
            text.Append(CultureInfo.InvariantCulture, $"@@ -{Range(edits[..from], hunk, '+')} +{Range(edits[..from], hunk, '-')} @@\n");
            foreach (var (sign, line) in hunk)
            {
                text.Append(sign).Append(line);
                if (!line.EndsWith('\n'))
                    text.Append("\n\\ No newline at end of file\n");
            }
        }

        return text.ToString();
    }

    /// <summary>First line and number of lines on the side that has no lines of the other side's sign.</summary>
    private static string Range(List<(char Sign, string Line)> before, List<(char Sign, string Line)> hunk, char other)
    {
        var count = hunk.Count(e => e.Sign != other);
        var first = before.Count(e => e.Sign != other) + (count > 0 ? 1 : 0);
        return count == 1 ? first.ToString(CultureInfo.InvariantCulture) : $"{first},{count}";
    }

    private static List<(int From, int To)> Hunks(List<(char Sign, string Line)> edits)
    {
        var hunks = new List<(int From, int To)>();
        for (var i = 0; i < edits.Count; i++)
        {
            if (edits[i].Sign == ' ')
                continue;
            var (from, to) = (Math.Max(0, i - Context), Math.Min(edits.Count, i + Context + 1));
            if (hunks.Count > 0 && from <= hunks[^1].To)
                hunks[^1] = (hunks[^1].From, to);
            else
                hunks.Add((from, to));
        }

        return hunks;
    }

    private static List<(char Sign, string Line)> Edits(string[] a, string[] b)
    {
        var start = 0;
        while (start < a.Length && start < b.Length && a[start] == b[start])
            start++;
        var end = 0;
        while (end < a.Length - start && end < b.Length - start && a[^(end + 1)] == b[^(end + 1)])
            end++;
        return
        [
            .. a[..start].Select(line => (' ', line)),
            .. Middle(a[start..(a.Length - end)], b[start..(b.Length - end)]),
            .. a[(a.Length - end)..].Select(line => (' ', line)),
        ];
    }

    /// <summary>The longest common subsequence by the classic table.</summary>
    private static List<(char Sign, string Line)> Middle(string[] a, string[] b)
    {
        var edits = new List<(char, string)>();
        if ((long)a.Length * b.Length > MaxCells)
            return [.. a.Select(line => ('-', line)), .. b.Select(line => ('+', line))];
        var common = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--)
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                edits.Add((' ', a[i++]));
                j++;
            }
            else if (i < a.Length && (j == b.Length || common[i + 1, j] >= common[i, j + 1]))
            {
                edits.Add(('-', a[i++]));
            }
            else
            {
                edits.Add(('+', b[j++]));
            }
        }

        return edits;
    }

    /// <summary>Each with its line break.</summary>
    private static string[] Lines(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..end]);
            at = end;
        }

        return [.. lines];
    }
}
