using System.Globalization;
using System.Text.Json.Nodes;

namespace CodeB.Domain.Slots;

internal static class SlotDocumentWriter
{
    /// <summary>The document's members in the seeds' order; what else <paramref name="root"/> holds stays behind them.</summary>
    public static JsonObject Write(SlotDocument document, JsonObject root)
    {
        var pair = document.Pair;
        return Merge(root,
        [
            ("project", pair.Project),
            ("projectName", pair.Project),
            ("teamId", document.TeamId),
            ("environment", pair.Environment),
            ("server", pair.Server),
            ("activeSlot", pair.ActiveSlot is { } active ? Word(active) : null),
            ("blue", Write(pair.Blue, SlotName.Blue, root)),
            ("green", Write(pair.Green, SlotName.Green, root)),
            ("lastUpdated", Stamp(pair.LastUpdated)),
            ("history", new JsonArray([.. pair.History.Select(Write)])),
        ]);
    }

    private static JsonObject Write(Slot slot, SlotName name, JsonObject root) => Merge(root[Word(name)] as JsonObject ?? [],
    [
        ("name", Word(name)),
        ("state", slot.State.ToString().ToLowerInvariant()),
        ("port", slot.Port),
        ("version", Text(slot.Version)),
        ("image", Text(slot.Image)),
        ("containerId", Text(slot.ContainerId)),
        ("deployedAt", Stamp(slot.DeployedAt)),
        ("deployedBy", Text(slot.DeployedBy)),
        ("promotedAt", Stamp(slot.PromotedAt)),
        ("promotedBy", Text(slot.PromotedBy)),
        ("graceUntil", Stamp(slot.GraceUntil)),
        ("trafficLostAt", Stamp(slot.TrafficLostAt)),
        ("healthStatus", slot.HealthStatus),
        ("reason", Text(slot.Reason)),
        ("dbSnapshot", Text(slot.DbSnapshot)),
        ("redisSnapshot", Text(slot.RedisSnapshot)),
    ]);

    private static JsonNode Write(Release release) => Merge([],
    [
        ("slot", Word(release.Slot)),
        ("version", release.Version),
        ("image", Text(release.Image)),
        ("deployedAt", Stamp(release.DeployedAt)),
        ("deployedBy", Text(release.DeployedBy)),
        ("promotedAt", Stamp(release.PromotedAt)),
        ("promotedBy", Text(release.PromotedBy)),
        ("endedAt", Stamp(release.EndedAt)),
        ("end", Text(release.End)),
        ("endedBy", Text(release.EndedBy)),
        ("reason", Text(release.Reason)),
        ("dbSnapshot", Text(release.DbSnapshot)),
        ("redisSnapshot", Text(release.RedisSnapshot)),
    ]);

    /// <summary>A member without a value is left out, except activeSlot: that no slot is active is worth a line.</summary>
    private static JsonObject Merge(JsonObject earlier, (string Name, JsonNode? Value)[] members)
    {
        var result = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (value is not null || name == "activeSlot")
                result[name] = value;
        }

        foreach (var (name, value) in earlier)
        {
            if (members.All(member => member.Name != name))
                result[name] = value?.DeepClone();
        }

        return result;
    }

    private static JsonNode? Text(string value) => value.Length == 0 ? null : value;

    private static JsonNode? Stamp(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static string Word(SlotName name) => name == SlotName.Blue ? "blue" : "green";
}
