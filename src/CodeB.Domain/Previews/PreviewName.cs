using System.Security.Cryptography;
using System.Text;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;

namespace CodeB.Domain.Previews;

/// <summary>From a branch's name to its preview environment's.</summary>
public static class PreviewName
{
    private const int HashLength = 8;
    private const int LongestBranch = 200;

    /// <summary>
    /// The branch itself where that is an environment's name already, such as fix-login; else what of it can stand in one, with
    /// a hash of the whole behind: feature/login and feature-login do not share an environment. A branch that looks as if it
    /// had such a hash gets one too, so that no branch is called like another's environment.
    /// </summary>
    /// <exception cref="DomainException">InvalidArgument: empty, too long, or with characters that git does not allow.</exception>
    public static EnvironmentName Of(string? branch, string field = "branch")
    {
        var text = Check(branch, field);
        if (text.Length <= EnvironmentName.MaxLength && IsName(text) && !IsReserved(text) && !EndsLikeAHash(text))
            return EnvironmentName.Parse(text, field);

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashLength];
        var longest = EnvironmentName.MaxLength - HashLength - 1;
        var readable = Readable(text);
        readable = readable.Length > longest ? readable[..longest].TrimEnd('-') : readable;
        return EnvironmentName.Parse($"{readable}-{hash}", field);
    }

    /// <summary>git check-ref-format, as far as it matters here: no control characters, blanks or the characters ~^:?*[\.</summary>
    private static string Check(string? branch, string field)
    {
        if (string.IsNullOrEmpty(branch))
            throw DomainException.Invalid(field, "is empty; give a branch such as 'feature/login'");
        if (branch.Length > LongestBranch)
            throw DomainException.Invalid(field, $"has {branch.Length} characters; at most {LongestBranch} are allowed");
        return branch.All(c => !char.IsControl(c) && !char.IsWhiteSpace(c) && !"~^:?*[\\".Contains(c, StringComparison.Ordinal))
            ? branch
            : throw DomainException.Invalid(field, $"'{NameRule.Shown(branch)}' is not a branch: no blanks and none of ~^:?*[\\, such as 'feature/login'");
    }

    private static string Readable(string text)
    {
        var name = new StringBuilder();
        foreach (var c in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterLower(c) || (char.IsAsciiDigit(c) && name.Length > 0))
                name.Append(c);
            else if (char.IsAsciiDigit(c))
                name.Append("b-").Append(c);
            else if (name.Length > 0 && name[^1] != '-')
                name.Append('-');
        }

        var readable = name.ToString().TrimEnd('-');
        return readable.Length == 0 ? "branch" : readable;
    }

    private static bool IsName(string text)
    {
        try
        {
            EnvironmentName.Parse(text);
            return true;
        }
        catch (DomainException)
        {
            return false;
        }
    }

    private static bool IsReserved(string text) => text is "production" or "staging";

    private static bool EndsLikeAHash(string text) =>
        text.Length > HashLength
        && text[^(HashLength + 1)] == '-'
        && text[^HashLength..].All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
}
