using CodeB.Domain.Errors;

namespace CodeB.Domain.Naming;

/// <summary>What every text that comes from outside must keep, and how a refusal reads.</summary>
internal static class TextRule
{
    public static string Bounded(string? value, string field, int maxLength, string example)
    {
        if (string.IsNullOrEmpty(value))
            throw DomainException.Invalid(field, $"is empty; give something such as '{example}'");
        if (value.Length > maxLength)
            throw DomainException.Invalid(field, $"has {value.Length} characters; at most {maxLength} are allowed");
        return value;
    }

    public static DomainException Broken(string field, string value, string rule, string example) =>
        DomainException.Invalid(field, $"'{NameRule.Shown(value)}' is not {rule}, such as '{example}'");
}
