using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Projects;
using CodeB.Domain.Servers;

namespace CodeB.Domain.Registry;

/// <summary>A server as ssot.json has it.</summary>
public sealed record SsotServer(string Host, ServerRole Role);

/// <summary>An environment's ports; the server is empty where the document does not say it.</summary>
public sealed record SsotPorts(int Blue, int Green, string Server);

/// <summary>A project as ssot.json has it.</summary>
/// <param name="Ports">By environment.</param>
/// <param name="Database">Null for none.</param>
/// <param name="Redis">Null for none.</param>
/// <param name="BackupServer">Empty where the document does not say it, as the seed's does not.</param>
/// <param name="HealthPath">The same.</param>
public sealed record SsotProject(
    IReadOnlyDictionary<string, SsotPorts> Ports, DatabaseSpec? Database, RedisSpec? Redis, string BackupServer, string HealthPath);

/// <summary>
/// ssot.json: the seed's schema (004 section 3) with what it has no member for beside it. It holds no secret.
/// </summary>
public sealed record SsotDocument
{
    /// <summary>Of the schema, not of CodeB.</summary>
    public const string SchemaVersion = "6.0.5";

    private const string Writer = "codeb";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public IReadOnlyDictionary<string, SsotServer> Servers { get; init; } = new Dictionary<string, SsotServer>();

    public IReadOnlyDictionary<string, SsotProject> Projects { get; init; } = new Dictionary<string, SsotProject>();

    /// <summary>All ports of the server that are taken, whether by a project or by something else.</summary>
    public IReadOnlyList<int> UsedPorts { get; init; } = [];

    /// <summary>CodeB has written it; one without this belongs to somebody else and is not overwritten.</summary>
    public bool IsOwn { get; init; }

    /// <exception cref="DomainException">InvalidArgument with the member's path (such as projects.worb.ports.production.blue) and the rule.</exception>
    public static SsotDocument Parse(string json) => JsonMembers.Read(json, all => new SsotDocument
    {
        Servers = all.Each("servers").ToDictionary(s => Named(s, n => ServerName.Parse(n).Value), s => Server(s.Members)),
        Projects = all.Each("projects").ToDictionary(p => Named(p, n => ProjectName.Parse(n).Value), p => Project(p.Members)),
        UsedPorts = all.Ports("usedPorts"),
        IsOwn = all.Text("writtenBy") == Writer,
    });

    public string ToJson()
    {
        var root = new JsonObject
        {
            ["version"] = SchemaVersion,
            ["writtenBy"] = Writer,
            ["servers"] = Object(Servers, server => new JsonObject { ["host"] = server.Host, ["role"] = Word(server.Role) }),
            ["projects"] = Object(Projects, Write),
            ["usedPorts"] = new JsonArray([.. UsedPorts.Distinct().Order().Select(port => JsonValue.Create(port))]),
        };
        return root.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Write(SsotProject project)
    {
        var json = new JsonObject
        {
            ["ports"] = Object(project.Ports, Write),
        };
        if (project.Database is { } database)
            json["database"] = new JsonObject { ["name"] = database.Name, ["server"] = database.Server };
        if (project.Redis is { } redis)
            json["redis"] = new JsonObject { ["server"] = redis.Server };
        if (project.BackupServer.Length > 0)
            json["backupServer"] = project.BackupServer;
        if (project.HealthPath.Length > 0)
            json["healthPath"] = project.HealthPath;
        return json;
    }

    private static JsonObject Write(SsotPorts ports)
    {
        var json = new JsonObject { ["blue"] = ports.Blue, ["green"] = ports.Green };
        if (ports.Server.Length > 0)
            json["server"] = ports.Server;
        return json;
    }

    private static JsonObject Object<T>(IReadOnlyDictionary<string, T> all, Func<T, JsonObject> write) =>
        new(all.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => KeyValuePair.Create<string, JsonNode?>(e.Key, write(e.Value))));

    private static SsotServer Server(JsonMembers server) => new(
        Field(server, "host", text => ServerRules.Address(text)), Field(server, "role", text => ServerRules.ParseRole(text)));

    private static SsotProject Project(JsonMembers project) => new(
        project.Each("ports").ToDictionary(e => Named(e, n => EnvironmentName.Parse(n).Value), e => Ports(e.Members)),
        project.Object("database") is { } database
            ? new DatabaseSpec
            {
                Name = Field(database, "name", text => ProjectRules.DatabaseName(text)),
                Server = Field(database, "server", text => ServerName.Parse(text).Value),
            }
            : null,
        project.Object("redis") is { } redis ? new RedisSpec { Server = Field(redis, "server", text => ServerName.Parse(text).Value) } : null,
        project.Has("backupServer") ? Field(project, "backupServer", text => ServerName.Parse(text).Value) : "",
        project.Has("healthPath") ? Field(project, "healthPath", text => ProjectRules.HealthPath(text)) : "");

    private static SsotPorts Ports(JsonMembers ports)
    {
        var (blue, green) = (ports.Port("blue"), ports.Port("green"));
        return blue != green
            ? new SsotPorts(blue, green, ports.Has("server") ? Field(ports, "server", text => ServerName.Parse(text).Value) : "")
            : throw DomainException.Invalid(ports.At("green"), $"is {green}, which is blue's; each slot needs a port of its own");
    }

    /// <summary>The rules' own messages begin with a field's name; here the document's path stands for it.</summary>
    private static T Field<T>(JsonMembers members, string name, Func<string, T> parse) => AtPath(members.At(name), () => parse(members.Text(name)));

    private static string Named((string Name, JsonMembers Members) entry, Func<string, string> parse) =>
        AtPath(entry.Members.Path, () => parse(entry.Name));

    internal static T AtPath<T>(string path, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (DomainException error) when (error.Field is { } field)
        {
            throw DomainException.Invalid(path, error.Message[(field.Length + 2)..]);
        }
    }

    private static string Word(ServerRole role) => role.ToString().ToLowerInvariant();
}
