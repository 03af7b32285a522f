using System.Security.Cryptography;
using System.Text;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Secrets;

namespace CodeB.Domain.Env;

/// <summary>
/// An ENV: <c>KEY=value</c> lines. The rules:
/// <list type="bullet">
/// <item>empty lines and lines that begin with <c>#</c> are skipped; <c>export </c> before a key is dropped;</item>
/// <item>a key is letters, digits and '_', no digit first; given twice it is refused;</item>
/// <item>a bare value is taken literally, without the blanks around it; <c>#</c> in it is part of it;</item>
/// <item><c>'value'</c> is taken literally; in <c>"value"</c> a backslash stands before <c>"</c>, <c>\</c> or <c>$</c>;</item>
/// <item>nothing is expanded; a value has no line break or other control character but tab, for container engines' env files cannot hold one.</item>
/// </list>
/// Errors name the line and the key, never the value.
/// </summary>
public sealed class DotEnv
{
    public const int MaxBytes = 256 * 1024;
    public const int MaxKeyLength = 128;

    /// <summary>Below the kernel's limit for one variable (MAX_ARG_STRLEN, 128 KiB).</summary>
    public const int MaxValueLength = 64 * 1024;

    private readonly List<KeyValuePair<string, string>> _variables;

    private DotEnv(List<KeyValuePair<string, string>> variables) => _variables = variables;

    public static DotEnv Empty { get; } = new([]);

    /// <summary>In the order of the text. Values are secrets.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables => _variables;

    /// <exception cref="DomainException">InvalidArgument, naming <paramref name="field"/>, the line and the rule.</exception>
    public static DotEnv Parse(string text, string field = "file")
    {
        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
            throw DomainException.Invalid(field, $"is longer than {MaxBytes / 1024} KiB");
        var variables = new List<KeyValuePair<string, string>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var lines = text.TrimStart('\uFEFF').Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].EndsWith('\r') ? lines[i][..^1].Trim(' ', '\t') : lines[i].Trim(' ', '\t');
            if (line.Length == 0 || line[0] == '#')
                continue;
            var where = $"line {i + 1}";
            if (line.StartsWith("export ", StringComparison.Ordinal))
                line = line["export ".Length..].TrimStart(' ', '\t');
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw DomainException.Invalid(field, $"{where} has no '='; write KEY=value");
            var key = CheckKey(line[..equals].TrimEnd(' ', '\t'), field, where);
            if (!seen.Add(key))
                throw DomainException.Invalid(field, $"{where} gives {key} a second time; keep one of them");
            var value = Unquote(line[(equals + 1)..].Trim(' ', '\t'), key, field, where);
            variables.Add(new(key, CheckValue(value, key, field, where)));
        }

        return new DotEnv(variables);
    }

    public string? Find(string key)
    {
        foreach (var (name, value) in _variables)
        {
            if (name == key)
                return value;
        }

        return null;
    }

    /// <summary>A new ENV with some variables set (in place, or at the end) and others removed; removing what is not there is refused.</summary>
    public DotEnv Change(IReadOnlyDictionary<string, string> set, IEnumerable<string> unset)
    {
        var result = new List<KeyValuePair<string, string>>(_variables);
        foreach (var key in unset)
        {
            CheckKey(key, "unset", "a key");
            if (set.ContainsKey(key))
                throw DomainException.Invalid("unset", $"{key} is also in set; choose one");
            if (result.RemoveAll(variable => variable.Key == key) == 0)
                throw DomainException.Invalid("unset", $"{key} is not set");
        }

        foreach (var (key, value) in set.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            var checkedOne = new KeyValuePair<string, string>(CheckKey(key, "set", "a key"), CheckValue(value, key, "set", "the value"));
            var at = result.FindIndex(variable => variable.Key == key);
            if (at >= 0)
                result[at] = checkedOne;
            else
                result.Add(checkedOne);
        }

        var changed = new DotEnv(result);
        if (Encoding.UTF8.GetByteCount(changed.ToText()) > MaxBytes)
            throw DomainException.Invalid("set", $"makes the ENV longer than {MaxBytes / 1024} KiB");
        return changed;
    }

    public DotEnv Set(string key, string value) => Change(new Dictionary<string, string> { [key] = value }, []);

    public DotEnv Unset(string key) => Change(new Dictionary<string, string>(), [key]);

    /// <summary>All of this one, and of the other what it sets: the other wins.</summary>
    public DotEnv Merge(DotEnv other) => Change(other._variables.ToDictionary(), []);

    /// <summary>Text that <see cref="Parse"/> reads back to the same variables. Comments are not kept.</summary>
    public string ToText() => Lines(Quote);

    /// <summary>The file for <c>--env-file</c> of podman and docker, which take everything after '=' literally, quotes too.</summary>
    public string ToEnvFile() => Lines(value => value);

    /// <summary><c>KEY=***</c> lines, to be shown.</summary>
    public string Masked() => Lines(_ => Redaction.Mask);

    public Redaction ToRedaction() => new(_variables.Select(variable => variable.Value));

    /// <summary>SHA-256 in small hex over the variables sorted by key: the same for the same content in another order or quoting.</summary>
    public string ContentHash()
    {
        var canonical = _variables.OrderBy(variable => variable.Key, StringComparer.Ordinal).Select(variable => $"{variable.Key}={variable.Value}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(canonical))));
    }

    /// <summary>Values do not leave through a log or a debugger.</summary>
    public override string ToString() => $"ENV of {_variables.Count} variables";

    private string Lines(Func<string, string> shown) =>
        string.Concat(_variables.Select(variable => $"{variable.Key}={shown(variable.Value)}\n"));

    private static string Quote(string value)
    {
        var bare = value.Length == 0 || (value[0] is not ('"' or '\'') && value.Trim(' ', '\t') == value);
        return bare ? value : $"\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
    }

    private static string Unquote(string value, string key, string field, string where)
    {
        if (value.Length == 0 || value[0] is not ('"' or '\''))
            return value;
        var quote = value[0];
        var result = new StringBuilder();
        for (var i = 1; i < value.Length; i++)
        {
            if (value[i] == quote)
            {
                return i == value.Length - 1
                    ? result.ToString()
                    : throw DomainException.Invalid(field, $"{where}, {key}: text after the closing quote");
            }

            if (quote == '"' && value[i] == '\\')
            {
                if (i + 1 >= value.Length || value[i + 1] is not ('"' or '\\' or '$'))
                    throw DomainException.Invalid(field, $"{where}, {key}: in double quotes a backslash stands only before \", \\ or $; use single quotes for a literal one");
                i++;
            }

            result.Append(value[i]);
        }

        throw DomainException.Invalid(field, $"{where}, {key}: the quote is not closed on its line");
    }

    private static string CheckKey(string key, string field, string where)
    {
        if (key.Length is 0 or > MaxKeyLength
            || char.IsAsciiDigit(key[0])
            || !key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw DomainException.Invalid(
                field, $"{where}: '{NameRule.Shown(key)}' is not a key: letters, digits and '_', no digit first, at most {MaxKeyLength}");
        }

        return key;
    }

    private static string CheckValue(string value, string key, string field, string where)
    {
        if (value.Length > MaxValueLength)
            throw DomainException.Invalid(field, $"{where}, {key}: the value has {value.Length} characters; at most {MaxValueLength} are allowed");
        if (value.Any(c => char.IsControl(c) && c != '\t'))
            throw DomainException.Invalid(field, $"{where}, {key}: the value has a line break or another control character, which no env file of a container engine can hold; encode it, with base64 for one");
        return value;
    }
}
