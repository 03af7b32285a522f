using System.Globalization;
using System.Text;

namespace CodeB.Cli.Core;

/// <summary>Text from elsewhere, made fit for one line of a terminal.</summary>
internal static class PlainText
{
    /// <summary>
    /// Without control characters (escape sequences lose their power with their first character) and without the invisible
    /// ones that turn the direction of reading; line breaks and tabs become blanks, so that no text can fake a second line.
    /// </summary>
    public static string Clean(string text)
    {
        if (!text.Any(IsUnfit))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (character is '\n' or '\t' or '\u2028' or '\u2029')
                clean.Append(' ');
            else if (!IsUnfit(character))
                clean.Append(character);
        }

        return clean.ToString();
    }

    private static bool IsUnfit(char character) => CharUnicodeInfo.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
