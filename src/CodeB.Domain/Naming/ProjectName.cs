namespace CodeB.Domain.Naming;

/// <summary>A project's name, such as worb: part of paths, container names, database names and the slot pair's key.</summary>
public readonly record struct ProjectName
{
    public const int MaxLength = 40;

    private ProjectName(string value) => Value = value;

    public string Value { get; }

    /// <exception cref="Errors.DomainException">InvalidArgument, naming <paramref name="field"/> and the rule.</exception>
    public static ProjectName Parse(string? value, string field = "project") => new(NameRule.Check(value, field, MaxLength, "worb"));

    public override string ToString() => Value;
}
