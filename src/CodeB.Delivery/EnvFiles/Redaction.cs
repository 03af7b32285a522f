namespace CodeB.Delivery.EnvFiles;

/// <summary>
/// Takes ENV values out of text that goes into an error, such as a container's last log lines: whole values, and the
/// passwords inside addresses (scheme://user:password@host) and connection strings (Password=…).
/// </summary>
public sealed class Redaction
{
    // Shorter ones ("1", "on") are no secrets, and replacing them would make any text unreadable.
    private const int ShortestSecret = 4;

    private readonly string[] _secrets;

    public Redaction(IEnumerable<string> values) =>
        _secrets = [.. values.SelectMany(Parts).Where(part => part.Length >= ShortestSecret).Distinct().OrderByDescending(part => part.Length)];

    public string Apply(string text) =>
        _secrets.Aggregate(text, (current, secret) => current.Replace(secret, "***", StringComparison.Ordinal));

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
