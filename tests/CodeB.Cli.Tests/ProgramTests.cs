using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests;

public sealed class ProgramTests : CliTest
{
    [Theory]
    [InlineData("--help")]
    [InlineData("")]
    public async Task Help_shows_the_groups_every_command_and_the_exit_codes(string line)
    {
        Assert.Equal(0, await We(line));
        foreach (var group in new[] { "Servers:", "Projects:", "Delivery:", "Protection:", "Insight:", "Examples:", "Exit codes:" })
            Assert.Contains($"\n{group}\n", Output, StringComparison.Ordinal);
        foreach (var command in new[] { "server add", "env import", "deploy", "rollback", "backup verify", "restore", "status", "operation watch" })
            Assert.Matches($"\n  {command} +[a-z]", Output);
        Assert.Empty(Error);
    }

    [Fact]
    public async Task Help_of_a_command_shows_what_it_takes_and_examples_without_what_it_requires()
    {
        Assert.Equal(0, await We("server add --help"));
        Assert.Contains("--host-key", Output, StringComparison.Ordinal);
        Assert.Contains("Examples:\n  we server add app", Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nope", "`we` does not know 'nope'")]
    [InlineData("server", "`we server` needs a command behind it")]
    [InlineData("deploy worb", "VERSION")]
    [InlineData("promote worb --nope", "'--nope'")]
    [InlineData("--address nonsense status", "--address is 'nonsense'")]
    public async Task Bad_usage_ends_with_2_and_points_to_the_help(string line, string shown)
    {
        Assert.Equal(2, await We(line));
        Assert.Contains(shown, Error, StringComparison.Ordinal);
        Assert.InRange(Error.TrimEnd().Split('\n').Length, 1, 2);
        Assert.Empty(Fake.Requests);
    }

    [Fact]
    public async Task Bad_usage_with_JSON_is_a_JSON_error()
    {
        Assert.Equal(2, await We("deploy worb --json"));
        Assert.Equal("INVALID_ARGUMENT", JsonError().GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument, 2)]
    [InlineData(StatusCode.NotFound, 3)]
    [InlineData(StatusCode.FailedPrecondition, 4)]
    [InlineData(StatusCode.AlreadyExists, 4)]
    [InlineData(StatusCode.Unavailable, 5)]
    [InlineData(StatusCode.DeadlineExceeded, 5)]
    [InlineData(StatusCode.Internal, 1)]
    [InlineData(StatusCode.PermissionDenied, 1)]
    public async Task Each_status_has_its_exit_code_and_its_text(StatusCode status, int expected)
    {
        Fake.Fail<ListProjectsRequest>(status, "what happened and where");
        Assert.Equal(expected, await We("project list"));
        Assert.StartsWith("error: what happened and where\n  ", Error, StringComparison.Ordinal);
        Assert.Empty(Output);
    }

    [Fact]
    public async Task Where_CodeB_is_not_reachable_the_error_says_the_address_and_how_to_set_it()
    {
        await Fake.CutAsync();
        Assert.Equal(5, await We("status"));
        Assert.Contains(Fake.Address, Error, StringComparison.Ordinal);
        Assert.Contains("--address", Error, StringComparison.Ordinal);
        Assert.Contains("CODEB_ADDRESS", Error, StringComparison.Ordinal);
        Assert.Equal(2, Error.TrimEnd().Split('\n').Length);
    }

    [Fact]
    public async Task Where_CodeB_is_not_reachable_JSON_says_so_too()
    {
        await Fake.CutAsync();
        Assert.Equal(5, await We("deploy worb 2 --json"));
        Assert.Equal("UNAVAILABLE", JsonError().GetProperty("code").GetString());
        Assert.Empty(Output);
    }

    [Theory]
    [InlineData(null, "tester")]
    [InlineData("ann", "ann")]
    [InlineData("ann\r\nx: y 한", "annxy")]
    public async Task The_caller_is_named_by_CODEB_ACTOR_or_the_user_and_cannot_break_the_header(string? actor, string expected)
    {
        if (actor is not null)
            Variables["CODEB_ACTOR"] = actor;
        Fake.Answer<ListProjectsRequest>(new ListProjectsResponse());
        Assert.Equal(0, await We("project list"));
        Assert.Equal(expected, Fake.Actor);
    }

    [Fact]
    public async Task The_address_on_the_command_line_wins_over_the_environment()
    {
        Variables["CODEB_ADDRESS"] = "http://127.0.0.1:1";
        Fake.Answer<ListProjectsRequest>(new ListProjectsResponse());
        Assert.Equal(0, await We($"project list --address {Fake.Address}"));
    }

    [Fact]
    public async Task Ctrl_C_during_a_read_ends_with_130()
    {
        Fake.Hang<ListProjectsRequest>();
        var running = We("project list");
        await Testing.Eventually.HoldsAsync("the request has arrived", () => Fake.Requests.Count == 1);
        await Interrupt.CancelAsync();
        Assert.Equal(130, await running);
        Assert.Contains("interrupted", Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("env import worb -")]
    [InlineData("env set worb TOKEN -")]
    [InlineData("restore worb")]
    public async Task Ctrl_C_while_standard_input_is_awaited_ends_with_130_and_changes_nothing(string line)
    {
        (CanAsk, Typing) = (true, new TaskCompletionSource());
        Fake.Answer<GetSetRequest>(new BackupSet { Id = "worb_backup_20261121_030000" });
        var running = Task.Run(() => We(line));
        await Interrupt.CancelAsync();
        Assert.Equal(130, await running.WaitAsync(TimeSpan.FromSeconds(20)));
        Typing.SetResult();
        Assert.DoesNotContain(Fake.Requests, request => request is SetEnvRequest or RestoreRequest);
    }
}
