using CodeB.Domain.Domains;
using CodeB.Domain.Errors;
using CodeB.Domain.Projects;
using CodeB.Domain.Registry;
using CodeB.Domain.Servers;
using CodeB.Domain.Slots;

namespace CodeB.Domain.Tests;

public sealed class RegistryDocumentTests
{
    /// <summary>Seed 004 section 3, with the list of ports closed.</summary>
    private const string Seed = """
        {
          "version": "6.0.5",
          "servers": {
            "app": { "host": "158.247.203.55", "role": "application" },
            "storage": { "host": "64.176.226.119", "role": "database" }
          },
          "projects": {
            "worb": {
              "ports": { "production": { "blue": 4000, "green": 4001 } },
              "database": { "name": "worb", "server": "storage" }
            }
          },
          "usedPorts": [3100, 4000, 4001]
        }
        """;

    [Fact]
    public void The_seeds_document_is_read_whole()
    {
        var document = SsotDocument.Parse(Seed);

        Assert.Equal(new SsotServer("64.176.226.119", ServerRole.Database), document.Servers["storage"]);
        Assert.Equal(new SsotPorts(4000, 4001, ""), document.Projects["worb"].Ports["production"]);
        Assert.Equal(new DatabaseSpec { Name = "worb", Server = "storage" }, document.Projects["worb"].Database);
        Assert.Equal([3100, 4000, 4001], document.UsedPorts);
        Assert.False(document.IsOwn);
    }

    [Fact]
    public void What_is_written_is_the_seeds_schema_and_reads_back_the_same()
    {
        var written = SsotDocument.Parse(Seed).ToJson();
        var back = SsotDocument.Parse(written);

        Assert.True(back.IsOwn);
        Assert.Equal(SsotDocument.Parse(Seed).Servers, back.Servers);
        Assert.Equal(4001, back.Projects["worb"].Ports["production"].Green);
        Assert.Equal(written, back.ToJson());
    }

    [Theory]
    [InlineData("\"blue\": 4000", "\"blue\": \"4000\"", "projects.worb.ports.production.blue")]
    [InlineData("\"blue\": 4000", "\"blue\": 70000", "projects.worb.ports.production.blue")]
    [InlineData("\"green\": 4001", "\"green\": 4000", "projects.worb.ports.production.green")]
    [InlineData("\"green\": 4001", "\"gren\": 4001", "projects.worb.ports.production.green")]
    [InlineData("\"role\": \"database\"", "\"role\": \"db\"", "servers.storage.role")]
    [InlineData("\"host\": \"158.247.203.55\"", "\"host\": \"-oProxyCommand=x\"", "servers.app.host")]
    [InlineData("\"production\"", "\"../x\"", "projects.worb.ports.../x")]
    [InlineData("\"worb\": {", "\"WORB\": {", "projects.WORB")]
    [InlineData("\"name\": \"worb\"", "\"name\": \"postgres\"", "projects.worb.database.name")]
    [InlineData("3100", "true", "usedPorts[0]")]
    [InlineData("\"storage\": { \"host\"", "\"app\": { \"host\"", "servers.app")]
    [InlineData("\"usedPorts\": [", "\"usedPorts\": [[", "$")]
    public void What_is_wrong_is_named_by_its_path_in_the_document(string good, string bad, string path)
    {
        var refused = Assert.Throws<DomainException>(() => SsotDocument.Parse(Seed.Replace(good, bad, StringComparison.Ordinal)));

        Assert.Equal((ErrorCode.InvalidArgument, path), (refused.Code, refused.Field));
        Assert.StartsWith($"{path}: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Domains_are_written_and_read_back()
    {
        var document = new DomainsDocument("worb",
        [
            new DomainEntry { Name = "worb.kr", Project = "worb", Environment = "production", Primary = true },
            new DomainEntry { Name = "www.worb.kr", Project = "worb", Environment = "production", RedirectTo = "worb.kr" },
        ]);

        Assert.Equal(document.Domains, DomainsDocument.Parse(document.ToJson()).Domains);
    }

    [Fact]
    public void A_domain_that_is_none_is_named_by_its_path()
    {
        const string Json = """{ "project": "worb", "domains": [ { "domain": "a b", "environment": "production" } ] }""";

        Assert.Equal("domains[0].domain", Assert.Throws<DomainException>(() => DomainsDocument.Parse(Json)).Field);
    }

    [Fact]
    public void A_servers_copy_holds_all_projects_and_the_slots_and_domains_of_its_own()
    {
        Server[] servers =
        [
            new() { Name = "app", Address = "198.18.0.2", Role = ServerRole.Application, HostKey = "ssh-ed25519 SECRETLY", User = "deployer" },
            new() { Name = "two", Address = "198.18.0.3", Role = ServerRole.Application },
            new() { Name = "storage", Address = "198.18.0.4", Role = ServerRole.Database },
        ];
        Project[] projects =
        [
            new()
            {
                Name = "worb",
                Environments = new()
                {
                    ["production"] = new() { Server = "app", BluePort = 4000, GreenPort = 4001, Domain = "worb.kr" },
                    ["staging"] = new() { Server = "two", BluePort = 4500, GreenPort = 4501, Domain = "next.kr" },
                },
            },
        ];

        var files = RegistryCopies.Files("app", servers, projects, [3100], [SlotMachine.Create("worb", "production", "app", 4000, 4001, default)]);

        Assert.Equal(["domains/worb.json", "slots/worb-production.json", "ssot.json"], files.Keys);
        Assert.Equal([3100, 4000, 4001], SsotDocument.Parse(files["ssot.json"]).UsedPorts);
        Assert.Equal(["production", "staging"], SsotDocument.Parse(files["ssot.json"]).Projects["worb"].Ports.Keys);
        Assert.Equal(["worb.kr"], DomainsDocument.Parse(files["domains/worb.json"]).Domains.Select(d => d.Name));
        Assert.Equal(4001, SlotDocument.Parse(files["slots/worb-production.json"]).Pair.Green.Port);
        Assert.DoesNotContain("SECRETLY", string.Concat(files.Values), StringComparison.Ordinal);
        Assert.Equal(["app", "two"], RegistryCopies.Servers(servers, projects));
    }

    [Fact]
    public void Two_environments_whose_files_would_have_one_name_are_refused()
    {
        var refused = Assert.Throws<DomainException>(() => RegistryCopies.RefuseShared([Of("a-b", "c")], Of("a", "b-c")));

        Assert.Equal(ErrorCode.AlreadyExists, refused.Code);
        RegistryCopies.RefuseShared([Of("a-b", "c")], Of("a", "b-d"));
    }

    private static Project Of(string name, string environment) => new() { Name = name, Environments = new() { [environment] = new() } };
}
