using System.Text;
using CodeB.Domain.Errors;

namespace CodeB.Hosts.Commands;

/// <summary>The one place where text becomes a shell word.</summary>
public static class ShellQuoting
{
    /// <summary>The text as exactly one word of a POSIX shell; nothing in it is interpreted.</summary>
    /// <exception cref="DomainException">The text holds a NUL character, which no argument can carry.</exception>
    public static string Quote(string text)
    {
        if (text.Contains('\0'))
            throw DomainException.Invalid("command", "an argument cannot hold a NUL character");
        return "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }

    /// <summary>Like <see cref="Quote"/>, but a plain word stays as it is: for people to read.</summary>
    public static string Display(string text)
    {
        if (text.Length > 0 && text.All(IsPlain))
            return text;
        var readable = new StringBuilder(text.Length);
        foreach (var character in text)
            readable.Append(char.IsControl(character) ? '?' : character);
        return "'" + readable.Replace("'", "'\\''") + "'";
    }

    private static bool IsPlain(char character) =>
        char.IsAsciiLetterOrDigit(character) || "-_./:=@%+,".Contains(character);
}
