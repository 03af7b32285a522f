using System.Text.Json;
using System.Text.Json.Nodes;
using CodeB.Domain.Errors;

namespace CodeB.Domain.Slots;

/// <summary>
/// A slot pair as <c>slots/{project}-{environment}.json</c>. One document satisfies both schemas: seed 004 section 3 (projectName,
/// teamId, who and when, healthStatus) and seed 000 section 5.1 (project, dbSnapshot, redisSnapshot); either is read.
/// </summary>
/// <param name="Pair">Whole: what is written comes back the same.</param>
/// <param name="TeamId">The team that owns the project.</param>
public sealed record SlotDocument(SlotPair Pair, string TeamId = SlotDocument.DefaultTeam)
{
    public const string DefaultTeam = "default";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a document of either schema.</summary>
    /// <exception cref="DomainException">InvalidArgument with the member's path (such as blue.port) and the rule that it breaks.</exception>
    public static SlotDocument Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return SlotDocumentReader.Read(document.RootElement);
        }
        catch (JsonException error)
        {
            throw DomainException.Invalid("$", $"is not JSON: {error.Message}");
        }
    }

    /// <param name="earlier">
    /// The document that is being replaced: members that no schema knows are taken over from it. One that cannot be read is
    /// replaced whole.
    /// </param>
    public string ToJson(string? earlier = null) => SlotDocumentWriter.Write(this, Root(earlier)).ToJsonString(Indented) + "\n";

    private static JsonObject Root(string? earlier)
    {
        try
        {
            return (earlier is null ? null : JsonNode.Parse(earlier, documentOptions: Strict)) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
