using System.Globalization;
using System.Text.Json;
using Demo.Data;
using Demo.Steps;

namespace Demo.Cli;

/// <summary>The slot pair of the sample project.</summary>
internal sealed record Slots(string Active, string ActiveVersion, string GraceVersion);

/// <summary>A backup set as the catalog lists it.</summary>
internal sealed record BackupSet(string Id, string Server, string Path, IReadOnlyList<BackupFile> Artifacts);

internal sealed record BackupFile(string Component, string File, long Bytes, long PlainBytes);

/// <summary>What the demo reads from the answers to <c>--json</c>.</summary>
internal static class Answers
{
    public static async Task<Slots> SlotsAsync(this We we, CancellationToken cancellationToken)
    {
        var status = await we.ReadAsync(cancellationToken, "status");
        var pair = status.GetProperty("slot_pairs").EnumerateArray().Single(p => Text(p, "project") == Guestbook.Project);
        var active = Text(pair, "active_slot");
        if (active is not ("blue" or "green"))
            throw new StepException("codeb", $"no slot of {Guestbook.Project} is active");
        var other = pair.GetProperty(active == "blue" ? "green" : "blue");
        return new(active, Text(pair.GetProperty(active), "version"), Text(other, "state").EndsWith("GRACE", StringComparison.OrdinalIgnoreCase) ? Text(other, "version") : "");
    }

    public static async Task<BackupSet> LatestSetAsync(this We we, CancellationToken cancellationToken)
    {
        var answer = await we.ReadAsync(cancellationToken, "backup", "list", Guestbook.Project);
        var sets = answer.ValueKind == JsonValueKind.Array ? answer : answer.GetProperty("sets");
        var newest = sets.EnumerateArray().First();
        return new(
            Text(newest, "id"),
            Text(newest, "server"),
            Text(newest, "path"),
            [
                .. newest.GetProperty("artifacts").EnumerateArray().Select(artifact => new BackupFile(
                    Text(artifact, "component"), Text(artifact, "file"), Number(artifact, "bytes"), Number(artifact, "plain_bytes"))),
            ]);
    }

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    // JSON has no 64-bit integers, so protobuf writes them as text.
    private static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value)
            ? value.ValueKind == JsonValueKind.String ? long.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetInt64()
            : 0;
}
