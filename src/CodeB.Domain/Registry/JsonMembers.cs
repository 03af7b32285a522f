using System.Text.Json;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;

namespace CodeB.Domain.Registry;

/// <summary>A JSON object that somebody may have written by hand: what is wrong in it is refused with its path and the rule.</summary>
internal sealed class JsonMembers
{
    private const int LongestText = 400;

    private readonly Dictionary<string, JsonElement> _members = [];

    private JsonMembers(string path) => Path = path;

    /// <summary>Empty for the document itself.</summary>
    public string Path { get; }

    public IEnumerable<string> Names => _members.Keys;

    /// <exception cref="DomainException">InvalidArgument: it is not JSON, or not an object.</exception>
    public static T Read<T>(string json, Func<JsonMembers, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(Of(document.RootElement, ""));
        }
        catch (JsonException error)
        {
            throw DomainException.Invalid("$", $"is not JSON: {error.Message}");
        }
    }

    public string At(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    public bool Has(string name) => _members.TryGetValue(name, out var element) && element.ValueKind != JsonValueKind.Null;

    /// <summary>Empty where it is missing or null.</summary>
    public string Text(string name)
    {
        if (!Has(name))
            return "";
        var element = _members[name];
        if (element.ValueKind != JsonValueKind.String)
            throw DomainException.Invalid(At(name), "is not a string");
        var text = element.GetString()!;
        return text.Length <= LongestText ? text : throw DomainException.Invalid(At(name), $"has {text.Length} characters; at most {LongestText} are allowed");
    }

    public bool Flag(string name) => Has(name) && _members[name].ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw DomainException.Invalid(At(name), "is neither true nor false"),
    };

    public int Port(string name) => Has(name)
        ? Port(_members[name], At(name))
        : throw DomainException.Invalid(At(name), "is missing; it is a port, a whole number from 1 to 65535");

    /// <summary>None where it is missing.</summary>
    public List<int> Ports(string name) => [.. List(name).Select((element, i) => Port(element, $"{At(name)}[{i}]"))];

    /// <summary>None where it is missing.</summary>
    public List<JsonMembers> Objects(string name) => [.. List(name).Select((element, i) => Of(element, $"{At(name)}[{i}]"))];

    /// <summary>Null where it is missing.</summary>
    public JsonMembers? Object(string name) => Has(name) ? Of(_members[name], At(name)) : null;

    /// <summary>An object's members that are objects themselves, with their names; none where it is missing.</summary>
    public IEnumerable<(string Name, JsonMembers Members)> Each(string name) =>
        Object(name) is { } all ? all._members.Select(m => (m.Key, Of(m.Value, all.At(NameRule.Shown(m.Key))))) : [];

    private IEnumerable<JsonElement> List(string name)
    {
        if (!Has(name))
            return [];
        return _members[name].ValueKind == JsonValueKind.Array
            ? _members[name].EnumerateArray()
            : throw DomainException.Invalid(At(name), "is not a list");
    }

    private static int Port(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var port) && port is > 0 and < 65536
            ? port
            : throw DomainException.Invalid(path, "is not a port; it is a whole number from 1 to 65535");

    private static JsonMembers Of(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw DomainException.Invalid(path.Length == 0 ? "$" : path, "is not an object");
        var members = new JsonMembers(path);
        foreach (var member in element.EnumerateObject())
        {
            if (!members._members.TryAdd(member.Name, member.Value))
                throw DomainException.Invalid(members.At(NameRule.Shown(member.Name)), "stands there twice");
        }

        return members;
    }
}
