using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests;

public sealed class ServerTests : CliTest
{
    private static readonly Server App = new()
    {
        Name = "app",
        Address = "198.18.0.2",
        Port = 22,
        User = "root",
        Role = ServerRole.Application,
        HostKey = "ssh-ed25519 AAAA",
        LastCheck = new ServerCheck { Server = "app", Reachable = true, RoundTripMs = 8.5, DiskBytes = 10_000_000_000, DiskFreeBytes = 4_000_000_000 },
    };

    [Fact]
    public async Task Add_sends_every_option_and_shows_the_pinned_key_with_its_fingerprint()
    {
        Fake.Answer<AddServerRequest>(App);
        var code = await We("server", "add", "app", "--address", "198.18.0.2", "--role", "application", "--port", "2222", "--user", "codeb", "--host-key", "ssh-ed25519 AAAA");
        Assert.Equal(0, code);
        Assert.Equal(
            new AddServerRequest { Name = "app", Address = "198.18.0.2", Port = 2222, User = "codeb", Role = ServerRole.Application, HostKey = "ssh-ed25519 AAAA" },
            Fake.Request<AddServerRequest>());
        Assert.Contains("ssh-ed25519 AAAA", Output, StringComparison.Ordinal);
        Assert.Contains("SHA256:cJ6AyISHokEeHuTfufIqhhSS0gxHZRUMDHlKvXD4FHw", Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application", ServerRole.Application)]
    [InlineData("streaming", ServerRole.Streaming)]
    [InlineData("database", ServerRole.Database)]
    [InlineData("backup", ServerRole.Backup)]
    public async Task Add_knows_each_role(string word, ServerRole role)
    {
        Fake.Answer<AddServerRequest>(App);
        Assert.Equal(0, await We($"server add app --address 198.18.0.2 --role {word}"));
        Assert.Equal(role, Fake.Request<AddServerRequest>().Role);
    }

    [Fact]
    public async Task The_address_of_CodeB_before_the_command_and_that_of_the_server_behind_it_are_two_things()
    {
        Fake.Answer<AddServerRequest>(App);
        Variables["CODEB_ADDRESS"] = "http://127.0.0.1:1";
        Assert.Equal(0, await We($"--address {Fake.Address} server add app --address 198.18.0.2 --role application"));
        Assert.Equal("198.18.0.2", Fake.Request<AddServerRequest>().Address);
    }

    [Fact]
    public async Task An_unknown_role_is_bad_usage_and_reaches_nobody()
    {
        Assert.Equal(2, await We("server add app --address 198.18.0.2 --role web"));
        Assert.Contains("'streaming'", Error, StringComparison.Ordinal);
        Assert.Empty(Fake.Requests);
    }

    [Fact]
    public async Task List_shows_a_line_a_server()
    {
        Fake.Answer<ListServersRequest>(new ListServersResponse
        {
            Servers = { App, new Server { Name = "backup", Address = "b", Port = 2222, LastCheck = new ServerCheck { Error = "no route" } } },
        });
        Assert.Equal(0, await We("server list"));
        Assert.Contains("8.5 ms", Output, StringComparison.Ordinal);
        Assert.Contains("4.0 GB of 10.0 GB free", Output, StringComparison.Ordinal);
        Assert.Contains("b:2222", Output, StringComparison.Ordinal);
        Assert.Contains("no: no route", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_as_JSON_is_one_document_with_the_names_of_the_proto_files()
    {
        Fake.Answer<ListServersRequest>(new ListServersResponse { Servers = { App } });
        Assert.Equal(0, await We("server list --json"));
        var server = Assert.Single(JsonLines()).GetProperty("servers")[0];
        Assert.Equal("ssh-ed25519 AAAA", server.GetProperty("host_key").GetString());
        Assert.Equal("SERVER_ROLE_APPLICATION", server.GetProperty("role").GetString());
        Assert.Equal("4000000000", server.GetProperty("last_check").GetProperty("disk_free_bytes").GetString());
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Check_ends_with_1_when_the_server_does_not_answer(bool reachable, int expected)
    {
        Fake.Answer<GetServerRequest>(new ServerCheck { Server = "app", Reachable = reachable, Error = reachable ? "" : "timed out" });
        Assert.Equal(expected, await We("server check app"));
        Assert.Equal(!reachable, Output.Contains("app does not answer: timed out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Show_asks_for_the_server_by_name()
    {
        Fake.Answer<GetServerRequest>(App);
        Assert.Equal(0, await We("server show app"));
        Assert.Equal("app", Fake.Request<GetServerRequest>().Name);
        Assert.Contains("root@198.18.0.2", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_of_a_server_in_use_is_refused_with_4()
    {
        Fake.Fail<GetServerRequest>(StatusCode.FailedPrecondition, "worb/production runs on app");
        Assert.Equal(4, await We("server remove app"));
        Assert.Contains("error: worb/production runs on app", Error, StringComparison.Ordinal);
        Assert.Empty(Output);
    }

    [Fact]
    public async Task Remove_says_that_nothing_on_the_server_was_changed()
    {
        Fake.Answer<GetServerRequest>(new RemoveServerResponse());
        Assert.Equal(0, await We("server remove app"));
        Assert.Contains("app is no longer registered", Output, StringComparison.Ordinal);
    }
}
