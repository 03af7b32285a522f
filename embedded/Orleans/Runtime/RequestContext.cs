namespace Orleans.Runtime;

/// <summary>Values that go along with every call made from here on, to the grain and onwards.</summary>
public static class RequestContext
{
    private static readonly AsyncLocal<Dictionary<string, object>?> Current = new();

    /// <summary>Never changed once set: every change makes a new one.</summary>
    internal static Dictionary<string, object>? Values
    {
        get => Current.Value;
        set => Current.Value = value;
    }

    public static IEnumerable<string> Keys => Values?.Keys ?? Enumerable.Empty<string>();

    public static IEnumerable<KeyValuePair<string, object>> Entries => Values ?? Enumerable.Empty<KeyValuePair<string, object>>();

    public static object? Get(string key) => Values?.GetValueOrDefault(key);

    public static void Set(string key, object value) =>
        Values = Values is { } values ? new(values) { [key] = value } : new() { [key] = value };

    public static bool Remove(string key)
    {
        if (Values is not { } values || !values.ContainsKey(key)) return false;
        var rest = new Dictionary<string, object>(values);
        rest.Remove(key);
        Values = rest.Count == 0 ? null : rest;
        return true;
    }

    public static void Clear() => Values = null;
}
