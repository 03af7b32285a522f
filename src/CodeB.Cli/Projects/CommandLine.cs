using System.Text;
using CodeB.Cli.Core;

namespace CodeB.Cli.Projects;

/// <summary>A command line in one text, such as <c>/app/migrate --to "next week"</c>: words parted by blanks, with quotes as in a shell and nothing else of one.</summary>
internal static class CommandLine
{
    public static IReadOnlyList<string> Split(string text, string option)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0' && c == quote)
                quote = '\0';
            else if (quote == '\'')
                word!.Append(c);
            else if (c == '\\' && i + 1 < text.Length)
                (word ??= new()).Append(text[++i]);
            else if (quote != '\0')
                word!.Append(c);
            else if (c is '"' or '\'')
                (word, quote) = (word ?? new(), c);
            else if (!char.IsWhiteSpace(c))
                (word ??= new()).Append(c);
            else
                EndWord();
        }

        if (quote != '\0')
            throw CommandException.Usage($"{option}: a {quote} is opened and not closed", "close it", "container.release_command");
        EndWord();
        return words;

        void EndWord()
        {
            if (word is not null)
                words.Add(word.ToString());
            word = null;
        }
    }

    /// <summary>The word as <see cref="Split"/> reads it back.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=@%+,".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
