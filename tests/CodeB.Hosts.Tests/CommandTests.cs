using System.Text;
using CodeB.Domain.Errors;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Hosts.Tests;

public sealed class CommandTests(SshdServer server) : IClassFixture<SshdServer>
{
    private IHostSession Session => server.Session;

    [Fact]
    public async Task A_command_returns_its_output_and_stderr_apart()
    {
        var result = await Session.RunAsync(Command.Of("sh", "-c", "echo out; echo err >&2"));
        Assert.Equal(new CommandResult(0, "out\n", "err\n"), result);
    }

    [Fact]
    public async Task Input_reaches_the_command_whole()
    {
        var result = await Session.RunAsync(Command.Of("cat"), Encoding.UTF8.GetBytes("한글\nand more"));
        Assert.Equal("한글\nand more", result.Output);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    public async Task A_failing_command_tells_its_exit_code_even_when_it_is_that_of_a_lost_connection(int code)
    {
        var error = await Assert.ThrowsAsync<HostException>(() => Session.RunAsync(Command.Of("sh", "-c", $"echo why >&2; exit {code}")));
        Assert.Equal(HostFailure.CommandFailed, error.Failure);
        Assert.Equal(code, error.ExitCode);
        Assert.Equal("why", error.ErrorOutput);
        Assert.Contains("testhost", error.Message);
    }

    [Fact]
    public async Task A_missing_program_is_exit_code_127_with_a_hint()
    {
        var error = await Assert.ThrowsAsync<HostException>(() => Session.RunAsync(Command.Of("no-such-program")));
        Assert.Equal(127, error.ExitCode);
        Assert.Contains("not installed", error.Message);
    }

    [Fact]
    public async Task A_declared_exit_code_is_a_success()
    {
        var result = await Session.RunAsync(Command.Of("sh", "-c", "exit 3") with { SuccessExitCodes = [0, 3] });
        Assert.Equal(3, result.ExitCode);
    }

    [Fact]
    public async Task The_working_folder_and_the_account_are_those_asked_for()
    {
        var result = await Session.RunAsync(Command.Of("sh", "-c", "pwd; id -un; echo $HOME") with { WorkingDirectory = "/usr", RunAs = "nobody" });
        Assert.Equal(["/usr", "nobody", "/nonexistent"], result.Output.Trim().Split('\n'));
    }

    [Fact]
    public async Task Every_part_of_a_pipe_has_its_own_environment_and_the_last_ones_output_is_the_result()
    {
        var command = Command.Of("sh", "-c", "echo $A") with
        {
            Environment = Command.Of("x").Environment.Add("A", "one\ntwo 'three' $HOME"),
            PipeTo = Command.Of("sh", "-c", "cat; echo $A") with { Environment = Command.Of("x").Environment.Add("A", "second") },
        };
        Assert.Equal("one two 'three' $HOME\nsecond\n", (await Session.RunAsync(command)).Output);
    }

    [Theory]
    [InlineData("exit 5", "cat", "sh", 5)]
    [InlineData("echo x", "exit 6", "sh", 6)]
    public async Task Any_failing_part_fails_the_pipe(string first, string second, string program, int code)
    {
        var command = Command.Of("sh", "-c", first) with { PipeTo = Command.Of("sh", "-c", second) };
        var error = await Assert.ThrowsAsync<HostException>(() => Session.RunAsync(command));
        Assert.Equal(code, error.ExitCode);
        Assert.Contains($"of {program}", error.Message);
    }

    [Fact]
    public async Task More_output_than_fits_is_an_error_that_says_so()
    {
        var error = await Assert.ThrowsAsync<HostException>(() => Session.RunAsync(Command.Of("head", "-c", "17M", "/dev/zero")));
        Assert.Contains("16 MiB", error.Message);
    }

    [Fact]
    public async Task Sixty_commands_at_once_all_get_their_own_answer()
    {
        var numbers = Enumerable.Range(0, 60).Select(i => i.ToString()).ToArray();
        var results = await Task.WhenAll(numbers.Select(number => Session.RunAsync(Command.Of("echo", number))));
        Assert.Equal(numbers, results.Select(result => result.Output.Trim()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-rf")]
    public async Task A_program_without_a_proper_name_is_refused_before_it_is_sent(string program)
    {
        var error = await Assert.ThrowsAsync<DomainException>(() => Session.RunAsync(Command.Of(program)));
        Assert.Equal(ErrorCode.InvalidArgument, error.Code);
    }
}
