namespace CodeB.Domain.Servers;

internal static class HostName
{
    /// <summary>RFC 1123 section 2.1: labels of letters, digits and inner hyphens, 63 characters each; not a number alone at the end.</summary>
    public static bool IsValid(string text)
    {
        if (text.Length is 0 or > 253)
            return false;
        var labels = text.Split('.');
        return labels.All(label =>
                label.Length is >= 1 and <= 63
                && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
                && label[0] != '-'
                && label[^1] != '-')
            && !labels[^1].All(char.IsAsciiDigit);
    }
}
