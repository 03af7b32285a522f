namespace CodeB.Domain.Naming;

/// <summary>An environment's name: production, staging, or a preview's own such as pr-42.</summary>
public readonly record struct EnvironmentName
{
    public const int MaxLength = 40;

    private EnvironmentName(string value) => Value = value;

    public string Value { get; }

    /// <exception cref="Errors.DomainException">InvalidArgument, naming <paramref name="field"/> and the rule.</exception>
    public static EnvironmentName Parse(string? value, string field = "environment") => new(NameRule.Check(value, field, MaxLength, "production"));

    public override string ToString() => Value;
}
