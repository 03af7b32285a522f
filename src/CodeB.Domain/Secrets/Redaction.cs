namespace CodeB.Domain.Secrets;

/// <summary>
/// Takes known secret values out of a text that people or logs will see, also in their URL-encoded form. Values of fewer
/// than <see cref="MinLength"/> characters are left: masking every "1" or "on" would make the text unreadable and prove the value.
/// </summary>
public sealed class Redaction
{
    public const string Mask = "***";
    public const int MinLength = 4;

    private readonly string[] _secrets;

    public Redaction(IEnumerable<string> secrets)
    {
        // The longest first: a secret that contains another one must not leave its rest behind.
        _secrets =
        [
            .. secrets.Where(secret => secret.Length >= MinLength)
                .SelectMany(secret => new[] { secret, Uri.EscapeDataString(secret) })
                .Distinct(StringComparer.Ordinal)
                .OrderByDescending(secret => secret.Length),
        ];
    }

    public static Redaction None { get; } = new([]);

    public string Apply(string text)
    {
        foreach (var secret in _secrets)
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        return text;
    }
}
