using CodeB.Domain.Errors;

namespace CodeB.Domain.Naming;

/// <summary>
/// The version of a release, such as v1.2.3 or a commit's hash: also an image's tag, so the rule is that of OCI tags
/// (OCI distribution specification, "pulling manifests": [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}).
/// </summary>
public readonly record struct ReleaseVersion
{
    public const int MaxLength = 128;

    private ReleaseVersion(string value) => Value = value;

    public string Value { get; }

    /// <exception cref="DomainException">InvalidArgument, naming <paramref name="field"/> and the rule.</exception>
    public static ReleaseVersion Parse(string? value, string field = "version")
    {
        if (string.IsNullOrEmpty(value))
            throw DomainException.Invalid(field, "is empty; give a version such as 'v1.2.3'");
        if (value.Length > MaxLength)
            throw DomainException.Invalid(field, $"has {value.Length} characters; at most {MaxLength} are allowed");
        if (!value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-') || value[0] is '.' or '-')
        {
            throw DomainException.Invalid(
                field,
                $"'{NameRule.Shown(value)}' is not a version: letters, digits, '_', '.' and '-', not starting with '.' or '-', such as 'v1.2.3'");
        }

        return new ReleaseVersion(value);
    }

    public override string ToString() => Value;
}
