namespace CodeB.Domain.Secrets;

/// <summary>
/// Takes known secret values out of a text that people or logs will see: whole values, also in their URL-encoded form, and the
/// passwords inside addresses (scheme://user:password@host) and connection strings (Password=…). Values of fewer than
/// <see cref="MinLength"/> characters are left: masking every "1" or "on" would make the text unreadable and prove the value.
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
            .. secrets.SelectMany(Parts)
                .Where(secret => secret.Length >= MinLength)
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

    private static IEnumerable<string> Parts(string value)
    {
        yield return value;
        if (Uri.TryCreate(value, UriKind.Absolute, out var address) && address.UserInfo.Contains(':', StringComparison.Ordinal))
        {
            var password = address.UserInfo[(address.UserInfo.IndexOf(':', StringComparison.Ordinal) + 1)..];
            yield return password;
            yield return Uri.UnescapeDataString(password);
        }

        foreach (var part in value.Split(';', StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at > 0 && part[..at].Trim().ToLowerInvariant() is "password" or "pwd")
                yield return part[(at + 1)..].Trim();
        }
    }
}
