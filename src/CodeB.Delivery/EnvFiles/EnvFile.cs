using System.Text;
using CodeB.Domain.Errors;

namespace CodeB.Delivery.EnvFiles;

/// <summary>
/// The ENV file that the container engine reads: NAME=value lines, taken literally (no quotes, no escapes), so a value
/// with a line break cannot be written and is refused.
/// </summary>
public static class EnvFile
{
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="DomainException">InvalidArgument, naming the variable and never showing its value.</exception>
    public static byte[] Render(IReadOnlyDictionary<string, string> variables)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in variables.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Check(name, value);
            text.Append(name).Append('=').Append(value).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads such a file back.</summary>
    public static IReadOnlyDictionary<string, string> Parse(ReadOnlySpan<byte> content)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n'))
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at > 0 && line[0] != '#')
                variables[line[..at]] = line[(at + 1)..];
        }

        return variables;
    }

    private static void Check(string name, string value)
    {
        var goodName = name.Length is > 0 and <= 256
            && (char.IsAsciiLetter(name[0]) || name[0] == '_')
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        if (!goodName)
            throw DomainException.Invalid("env", "a variable's name is letters, digits and '_', not starting with a digit, such as 'DATABASE_URL'");
        if (value.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0)
            throw DomainException.Invalid("env", $"the value of {name} has a line break or a NUL, which an ENV file cannot hold; encode it, for instance in base64");
    }
}
