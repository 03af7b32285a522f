using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CodeB.Domain.Domains;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Projects;

namespace CodeB.Domain.Registry;

/// <summary>domains/{project}.json: the names of one project's environments.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Domains">The primary name of an environment before its others.</param>
public sealed record DomainsDocument(string Project, IReadOnlyList<DomainEntry> Domains)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <exception cref="DomainException">InvalidArgument with the member's path (such as domains[0].domain) and the rule.</exception>
    public static DomainsDocument Parse(string json) => JsonMembers.Read(json, all =>
    {
        var project = SsotDocument.AtPath("project", () => ProjectName.Parse(all.Text("project")).Value);
        return new DomainsDocument(project, [.. all.Objects("domains").Select(entry => Entry(project, entry))]);
    });

    public string ToJson()
    {
        var root = new JsonObject
        {
            ["project"] = Project,
            ["domains"] = new JsonArray([.. Domains.Select(Write)]),
        };
        return root.ToJsonString(Indented) + "\n";
    }

    private static JsonNode Write(DomainEntry entry)
    {
        var json = new JsonObject { ["domain"] = entry.Name, ["environment"] = entry.Environment, ["primary"] = entry.Primary };
        if (entry.RedirectTo.Length > 0)
            json["redirectTo"] = entry.RedirectTo;
        return json;
    }

    private static DomainEntry Entry(string project, JsonMembers entry) => new()
    {
        Project = project,
        Name = SsotDocument.AtPath(entry.At("domain"), () => ProjectRules.Domain(entry.Text("domain"))),
        Environment = SsotDocument.AtPath(entry.At("environment"), () => EnvironmentName.Parse(entry.Text("environment")).Value),
        RedirectTo = entry.Has("redirectTo") ? SsotDocument.AtPath(entry.At("redirectTo"), () => ProjectRules.Domain(entry.Text("redirectTo"))) : "",
        Primary = entry.Flag("primary"),
    };
}
