using CodeB.Domain.Errors;

namespace CodeB.Domain.Naming;

/// <summary>
/// The one rule for a name that enters a path, a command or a container's name. Small letters, digits and single inner
/// hyphens are safe in every one of those places.
/// </summary>
public static class NameRule
{
    internal static string Check(string? value, string field, int maxLength, string example)
    {
        if (string.IsNullOrEmpty(value))
            throw DomainException.Invalid(field, $"is empty; give a name such as '{example}'");
        if (value.Length > maxLength)
            throw DomainException.Invalid(field, $"has {value.Length} characters; at most {maxLength} are allowed");
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var inner = i > 0 && i < value.Length - 1;
            var ok = char.IsAsciiLetterLower(c) || (char.IsAsciiDigit(c) && i > 0) || (c == '-' && inner && value[i - 1] != '-');
            if (!ok)
            {
                throw DomainException.Invalid(
                    field,
                    $"'{Shown(value)}' is not a name: small letters, digits and single hyphens, a letter first, such as '{example}'");
            }
        }

        return value;
    }

    /// <summary>Control characters would let a name rewrite the line of a log or a terminal.</summary>
    public static string Shown(string value) =>
        string.Concat(value.Take(60).Select(c => char.IsControl(c) ? '?' : c)) + (value.Length > 60 ? "…" : "");
}
