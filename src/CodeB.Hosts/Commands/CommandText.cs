using System.Text;
using System.Text.RegularExpressions;

namespace CodeB.Hosts.Commands;

/// <summary>A command as people may read it in errors, logs and traces: without any secret.</summary>
public static partial class CommandText
{
    private const int LongestDisplay = 400;

    /// <summary>Program and arguments, pipes as <c>|</c>, secrets as <c>***</c>, at most some 400 characters.</summary>
    public static string Display(Command command)
    {
        var text = new StringBuilder();
        for (var part = command; part is not null; part = part.PipeTo)
        {
            if (text.Length > 0)
                text.Append(" | ");
            text.Append(ShellQuoting.Display(part.Program));
            foreach (var argument in part.Arguments)
                text.Append(' ').Append(ShellQuoting.Display(argument));
        }
        var display = Redact(command, text.ToString());
        return display.Length <= LongestDisplay ? display : display[..LongestDisplay] + "…";
    }

    /// <summary>
    /// The text with every value of the command's environment, and whatever looks like a password, replaced by <c>***</c>.
    /// </summary>
    public static string Redact(Command command, string text)
    {
        for (var part = command; part is not null; part = part.PipeTo)
        {
            // The longest first: a value that holds another one must go whole. Very short ones (yes, 1, C) are no secrets.
            foreach (var value in part.Environment.Values.Where(value => value.Length > 3).OrderByDescending(value => value.Length))
                text = text.Replace(value, "***", StringComparison.Ordinal);
        }
        text = PasswordInUrl().Replace(text, "$1***@");
        return PasswordSetting().Replace(text, "$1***");
    }

    [GeneratedRegex(@"(\w://[^\s:/@]*:)[^\s/@]+@")]
    private static partial Regex PasswordInUrl();

    [GeneratedRegex(@"((?:password|passwd|secret|token|requirepass|masterauth|api[-_]?key)[=: ]\s*)'?[^\s']+'?", RegexOptions.IgnoreCase)]
    private static partial Regex PasswordSetting();
}
