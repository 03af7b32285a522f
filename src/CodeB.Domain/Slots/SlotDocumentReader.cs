using System.Globalization;
using System.Text.Json;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;

namespace CodeB.Domain.Slots;

/// <summary>Reads a document's members, each refused with its path and the rule where it is wrong.</summary>
internal static class SlotDocumentReader
{
    private const int LongestText = 4000;

    public static SlotDocument Read(JsonElement root)
    {
        var all = Members(root, "$");
        var project = Project(all);
        var pair = new SlotPair
        {
            Project = project,
            Environment = EnvironmentName.Parse(Text(all, "", "environment")).Value,
            Server = Text(all, "", "server") is { Length: > 0 } server ? ServerName.Parse(server).Value : "",
            ActiveSlot = Active(all),
            Blue = ReadSlot(all, SlotName.Blue),
            Green = ReadSlot(all, SlotName.Green),
            LastUpdated = Stamp(all, "", "lastUpdated") ?? default,
            History = History(all),
        };
        Check(pair);
        return new SlotDocument(pair, Text(all, "", "teamId") is { Length: > 0 } team ? team : SlotDocument.DefaultTeam);
    }

    private static void Check(SlotPair pair)
    {
        if (pair.Blue.Port == pair.Green.Port)
            throw DomainException.Invalid("green.port", $"is {pair.Green.Port}, which is blue's; each slot needs a port of its own");
        foreach (var name in new[] { SlotName.Blue, SlotName.Green })
        {
            var isActive = pair.ActiveSlot == name;
            if (pair[name].State == SlotState.Active && !isActive)
                throw DomainException.Invalid($"{Word(name)}.state", $"is active, but activeSlot is {(pair.ActiveSlot is { } other ? Word(other) : "none")}");
            if (isActive && pair[name].State != SlotState.Active)
                throw DomainException.Invalid($"{Word(name)}.state", "is not active, but activeSlot names this slot");
        }
    }

    private static string Project(Dictionary<string, JsonElement> all)
    {
        var (project, name) = (Text(all, "", "project"), Text(all, "", "projectName"));
        if (project.Length > 0 && name.Length > 0 && project != name)
            throw DomainException.Invalid("projectName", $"is '{NameRule.Shown(name)}', but project is '{NameRule.Shown(project)}'; they name the same project");
        return name.Length > 0 ? ProjectName.Parse(name, "projectName").Value : ProjectName.Parse(project).Value;
    }

    private static SlotName? Active(Dictionary<string, JsonElement> all) => Text(all, "", "activeSlot") switch
    {
        "" => null,
        "blue" => SlotName.Blue,
        "green" => SlotName.Green,
        var other => throw DomainException.Invalid("activeSlot", $"is '{NameRule.Shown(other)}'; it is blue, green, or null before the first promote"),
    };

    private static Slot ReadSlot(Dictionary<string, JsonElement> all, SlotName slot)
    {
        var path = Word(slot);
        if (!all.TryGetValue(path, out var element))
            throw DomainException.Invalid(path, "is missing; a slot pair has blue and green");
        var members = Members(element, path);
        if (Text(members, path, "name") is { Length: > 0 } name && name != path)
            throw DomainException.Invalid($"{path}.name", $"is '{NameRule.Shown(name)}'; the slot under '{path}' is named {path}");
        var state = State(members, path);
        var version = Text(members, path, "version");
        if (state != SlotState.Empty || version.Length > 0)
            ReleaseVersion.Parse(version, $"{path}.version");
        return new Slot
        {
            State = state,
            Port = Port(members, path),
            Version = version,
            Image = Text(members, path, "image"),
            ContainerId = Text(members, path, "containerId"),
            DeployedAt = Stamp(members, path, "deployedAt"),
            DeployedBy = Text(members, path, "deployedBy"),
            PromotedAt = Stamp(members, path, "promotedAt"),
            PromotedBy = Text(members, path, "promotedBy"),
            GraceUntil = Stamp(members, path, "graceUntil"),
            TrafficLostAt = Stamp(members, path, "trafficLostAt"),
            HealthStatus = HealthOf(members, path),
            Reason = Text(members, path, "reason"),
            DbSnapshot = Text(members, path, "dbSnapshot"),
            RedisSnapshot = Text(members, path, "redisSnapshot"),
        };
    }

    private static List<Release> History(Dictionary<string, JsonElement> all)
    {
        if (!all.TryGetValue("history", out var element) || element.ValueKind == JsonValueKind.Null)
            return [];
        if (element.ValueKind != JsonValueKind.Array)
            throw DomainException.Invalid("history", "is not a list of releases");
        return [.. element.EnumerateArray().Take(SlotHistory.Kept).Select((release, i) => ReadRelease(release, $"history[{i}]"))];
    }

    private static Release ReadRelease(JsonElement element, string path)
    {
        var members = Members(element, path);
        return new Release
        {
            Slot = Text(members, path, "slot") switch
            {
                "blue" => SlotName.Blue,
                "green" => SlotName.Green,
                var other => throw DomainException.Invalid($"{path}.slot", $"is '{NameRule.Shown(other)}'; it is blue or green"),
            },
            Version = ReleaseVersion.Parse(Text(members, path, "version"), $"{path}.version").Value,
            Image = Text(members, path, "image"),
            DeployedAt = Stamp(members, path, "deployedAt"),
            DeployedBy = Text(members, path, "deployedBy"),
            PromotedAt = Stamp(members, path, "promotedAt"),
            PromotedBy = Text(members, path, "promotedBy"),
            EndedAt = Stamp(members, path, "endedAt"),
            End = Text(members, path, "end"),
            EndedBy = Text(members, path, "endedBy"),
            Reason = Text(members, path, "reason"),
            DbSnapshot = Text(members, path, "dbSnapshot"),
            RedisSnapshot = Text(members, path, "redisSnapshot"),
        };
    }

    private static SlotState State(Dictionary<string, JsonElement> members, string path)
    {
        var word = Text(members, path, "state");
        foreach (var state in Enum.GetValues<SlotState>())
        {
            if (state.ToString().ToLowerInvariant() == word)
                return state;
        }

        throw DomainException.Invalid($"{path}.state", $"is '{NameRule.Shown(word)}'; it is empty, deploying, deployed, active, grace or failed");
    }

    private static string HealthOf(Dictionary<string, JsonElement> members, string path) => Text(members, path, "healthStatus") switch
    {
        "" => Health.Unknown,
        Health.Unknown or Health.Healthy or Health.Unhealthy => members["healthStatus"].GetString()!,
        var other => throw DomainException.Invalid($"{path}.healthStatus", $"is '{NameRule.Shown(other)}'; it is healthy, unhealthy or unknown"),
    };

    private static int Port(Dictionary<string, JsonElement> members, string path) =>
        members.TryGetValue("port", out var element) && element.ValueKind == JsonValueKind.Number
        && element.TryGetInt32(out var port) && port is > 0 and < 65536
            ? port
            : throw DomainException.Invalid($"{path}.port", "is missing or not a port; it is a whole number from 1 to 65535");

    /// <summary>Of a member that stands there twice the last one counts, as for every JSON reader.</summary>
    private static Dictionary<string, JsonElement> Members(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw DomainException.Invalid(path, "is not an object");
        var members = new Dictionary<string, JsonElement>();
        foreach (var member in element.EnumerateObject())
            members[member.Name] = member.Value;
        return members;
    }

    /// <summary>Empty where it is missing or null.</summary>
    private static string Text(Dictionary<string, JsonElement> members, string path, string name)
    {
        if (!members.TryGetValue(name, out var element) || element.ValueKind == JsonValueKind.Null)
            return "";
        if (element.ValueKind != JsonValueKind.String)
            throw DomainException.Invalid(Path(path, name), "is not a string");
        var text = element.GetString()!;
        return text.Length <= LongestText
            ? text
            : throw DomainException.Invalid(Path(path, name), $"has {text.Length} characters; at most {LongestText} are allowed");
    }

    private static DateTimeOffset? Stamp(Dictionary<string, JsonElement> members, string path, string name)
    {
        var text = Text(members, path, name);
        if (text.Length == 0)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : throw DomainException.Invalid(Path(path, name), $"is '{NameRule.Shown(text)}'; it is a time such as 2026-01-07T00:00:00Z");
    }

    private static string Path(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Word(SlotName name) => name == SlotName.Blue ? "blue" : "green";
}
