using System.Text.Json;
using System.Text.Json.Nodes;
using CodeB.Domain.Errors;
using CodeB.Domain.Slots;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Domain.Tests;

public sealed class SlotDocumentTests
{
    /// <summary>Seed 004 section 3.</summary>
    private const string Seed004 = """
        {
          "projectName": "worb",
          "teamId": "default",
          "environment": "production",
          "activeSlot": "blue",
          "blue": {
            "name": "blue",
            "state": "active",
            "port": 4000,
            "version": "v1.2.3",
            "deployedAt": "2026-01-07T00:00:00Z",
            "deployedBy": "key_abc123",
            "promotedAt": "2026-01-07T00:05:00Z",
            "promotedBy": "key_abc123",
            "healthStatus": "healthy"
          },
          "green": {
            "name": "green",
            "state": "deployed",
            "port": 4001,
            "version": "v1.2.4",
            "deployedAt": "2026-01-07T01:00:00Z",
            "deployedBy": "key_abc123",
            "healthStatus": "healthy"
          },
          "lastUpdated": "2026-01-07T01:00:00Z"
        }
        """;

    /// <summary>Seed 000 section 5.1.</summary>
    private const string Seed000 = """
        {
          "project": "worb",
          "environment": "production",
          "activeSlot": "blue",
          "blue": {
            "state": "active",
            "port": 4000,
            "version": "v1.2.3",
            "deployedAt": "2026-01-07T00:00:00Z",
            "dbSnapshot": "worb-2026-01-07.dump",
            "redisSnapshot": "worb-2026-01-07.rdb"
          },
          "green": {
            "state": "grace",
            "port": 4001,
            "version": "v1.2.2",
            "deployedAt": "2026-01-06T00:00:00Z",
            "dbSnapshot": "worb-2026-01-06.dump",
            "redisSnapshot": "worb-2026-01-06.rdb"
          }
        }
        """;

    [Fact]
    public void What_is_written_comes_back_the_same() =>
        Prop.ForAll(SlotSequences.Pairs.ToArbitrary(), pair =>
        {
            var back = SlotDocument.Parse(new SlotDocument(pair, "crew").ToJson());
            return back.TeamId == "crew" && JsonSerializer.Serialize(back.Pair) == JsonSerializer.Serialize(pair);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void The_schema_of_seed_004_is_read()
    {
        var (pair, team) = SlotDocument.Parse(Seed004);

        Assert.Equal(("worb", "production", "default"), (pair.Project, pair.Environment, team));
        Assert.Equal((SlotName.Blue, "v1.2.3", "v1.2.4"), (pair.ActiveSlot, pair.Blue.Version, pair.Green.Version));
        Assert.Equal(new DateTimeOffset(2026, 1, 7, 0, 5, 0, TimeSpan.Zero), pair.Blue.PromotedAt);
        Assert.Equal(("key_abc123", Health.Healthy, SlotState.Deployed), (pair.Green.DeployedBy, pair.Green.HealthStatus, pair.Green.State));
    }

    [Fact]
    public void The_schema_of_seed_000_is_read()
    {
        var pair = SlotDocument.Parse(Seed000).Pair;

        Assert.Equal(("worb-2026-01-06.dump", "worb-2026-01-06.rdb"), (pair.Green.DbSnapshot, pair.Green.RedisSnapshot));
        Assert.Equal((SlotState.Grace, Health.Unknown), (pair.Green.State, pair.Green.HealthStatus));
    }

    [Theory]
    [InlineData(Seed004)]
    [InlineData(Seed000)]
    public void One_document_holds_every_member_of_both_schemas(string seed)
    {
        var written = JsonNode.Parse(SlotDocument.Parse(seed).ToJson())!.AsObject();

        foreach (var (name, value) in JsonNode.Parse(seed)!.AsObject())
        {
            if (value is JsonObject slot)
                Assert.All(slot, member => Assert.True(JsonNode.DeepEquals(member.Value, written[name]![member.Key]), $"{name}.{member.Key}"));
            else
                Assert.True(JsonNode.DeepEquals(value, written[name]), name);
        }

        Assert.Equal("worb", (string?)written["project"]);
        Assert.Equal("worb", (string?)written["projectName"]);
    }

    [Fact]
    public void Members_that_no_schema_knows_survive()
    {
        var earlier = Seed004.Replace("\"port\": 4000", "\"port\": 4000, \"canary\": {\"percent\": 5}").Replace("\"teamId\"", "\"note\": \"mine\", \"teamId\"");

        var written = JsonNode.Parse(SlotDocument.Parse(earlier).ToJson(earlier))!;

        Assert.Equal("mine", (string?)written["note"]);
        Assert.Equal(5, (int?)written["blue"]!["canary"]!["percent"]);
    }

    [Theory]
    [InlineData("\"port\": 4001", "\"port\": 4000", "green.port", "blue's")]
    [InlineData("\"port\": 4001", "\"port\": \"4001\"", "green.port", "1 to 65535")]
    [InlineData("\"port\": 4000,", "", "blue.port", "1 to 65535")]
    [InlineData("\"activeSlot\": \"blue\"", "\"activeSlot\": \"red\"", "activeSlot", "blue, green, or null")]
    [InlineData("\"activeSlot\": \"blue\"", "\"activeSlot\": \"green\"", "blue.state", "activeSlot is green")]
    [InlineData("\"state\": \"deployed\"", "\"state\": \"running\"", "green.state", "empty, deploying, deployed, active, grace or failed")]
    [InlineData("\"state\": \"deployed\"", "\"state\": \"active\"", "green.state", "activeSlot is blue")]
    [InlineData("\"name\": \"green\"", "\"name\": \"blue\"", "green.name", "named green")]
    [InlineData("v1.2.4", "v1;2", "green.version", "not a version")]
    [InlineData("2026-01-07T00:05:00Z", "yesterday", "blue.promotedAt", "such as 2026-01-07T00:00:00Z")]
    [InlineData("\"projectName\": \"worb\"", "\"projectName\": \"../x\"", "projectName", "not a name")]
    [InlineData("\"projectName\": \"worb\"", "\"projectName\": \"worb\", \"project\": \"other\"", "projectName", "same project")]
    [InlineData("\"environment\": \"production\"", "\"environment\": 7", "environment", "not a string")]
    [InlineData("\"green\": {", "\"grün\": {", "green", "is missing")]
    [InlineData("\"healthStatus\": \"healthy\"", "\"healthStatus\": \"fine\"", "blue.healthStatus", "healthy, unhealthy or unknown")]
    [InlineData("\"lastUpdated\": ", "\"history\": [{\"slot\": \"red\"}], \"lastUpdated\": ", "history[0].slot", "blue or green")]
    [InlineData("{\n  \"projectName\"", "[\n  \"projectName\"", "$", "not JSON")]
    public void A_wrong_document_is_refused_with_the_path_and_the_rule(string right, string wrong, string path, string rule)
    {
        Assert.Contains(right, Seed004, StringComparison.Ordinal);

        var error = Assert.Throws<DomainException>(() => SlotDocument.Parse(Seed004.Replace(right, wrong)));

        Assert.Equal((ErrorCode.InvalidArgument, path), (error.Code, error.Field));
        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }
}
