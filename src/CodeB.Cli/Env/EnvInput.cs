using CodeB.Cli.Core;

namespace CodeB.Cli.Env;

/// <summary>Reads variables from arguments and standard input. What is wrong is said by position and key, never by value.</summary>
internal static class EnvInput
{
    private const string Form = "write KEY=VALUE, or `KEY -` to read the value from standard input";

    /// <summary>KEY=VALUE any number of times, or one key and <c>-</c>.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> VariablesAsync(Invocation we, IReadOnlyList<string> arguments)
    {
        if (arguments is [var single, "-"] && !single.Contains('=', StringComparison.Ordinal))
            return new Dictionary<string, string> { [single] = await ValueAsync(we) };

        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i++)
        {
            var equals = arguments[i].IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw CommandException.Usage($"argument {i + 1} after the project has no KEY before a '='", Form, "set");
            if (!variables.TryAdd(arguments[i][..equals], arguments[i][(equals + 1)..]))
                throw CommandException.Usage($"{arguments[i][..equals]} is given twice", "keep one of them", "set");
        }

        return variables;
    }

    /// <summary>A whole dotenv file; <c>-</c> is standard input.</summary>
    public static async Task<string> FileAsync(Invocation we, string path)
    {
        if (path == "-")
            return await we.ReadAsync(input => input.ReadToEnd());
        try
        {
            return await File.ReadAllTextAsync(path, we.Interrupted);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Usage($"{path} cannot be read: {error.Message}", "give a dotenv file, or - for standard input", "file");
        }
    }

    /// <summary>One value, without the line break that echo and editors put behind it.</summary>
    private static async Task<string> ValueAsync(Invocation we)
    {
        var value = await we.ReadAsync(input => input.ReadToEnd());
        return value.EndsWith("\r\n", StringComparison.Ordinal) ? value[..^2] : value.EndsWith('\n') ? value[..^1] : value;
    }
}
