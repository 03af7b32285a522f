namespace CodeB.Domain.Naming;

/// <summary>A server's name in the fleet, such as storage.</summary>
public readonly record struct ServerName
{
    public const int MaxLength = 40;

    private ServerName(string value) => Value = value;

    public string Value { get; }

    /// <exception cref="Errors.DomainException">InvalidArgument, naming <paramref name="field"/> and the rule.</exception>
    public static ServerName Parse(string? value, string field = "server") => new(NameRule.Check(value, field, MaxLength, "storage"));

    public override string ToString() => Value;
}
