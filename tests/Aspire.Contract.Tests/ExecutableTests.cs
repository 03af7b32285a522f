using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Contract.Tests;

public sealed class ExecutableTests
{
    [Fact]
    public async Task An_executable_gets_its_arguments_in_order_and_unchanged()
    {
        await using var host = new Host();
        host.Builder.AddExecutable("echo", "sh", ".", "-c", "printf 'got <%s>\\n' \"$@\"", "sh", "one two", "$HOME").WithArgs("'three'");
        await host.StartAsync();

        Assert.Equal("one two>", await host.LineAsync("echo", "got <"));
        Assert.Equal("got <$HOME>", await host.LineAsync("echo", line => line.Contains("HOME", StringComparison.Ordinal)));
        Assert.Equal("got <'three'>", await host.LineAsync("echo", line => line.Contains("three", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_executable_runs_in_its_working_directory()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            await using var host = new Host();
            host.Builder.AddExecutable("where", "sh", directory.FullName, "-c", "echo in $(pwd)");
            await host.StartAsync();

            Assert.Equal(directory.FullName, await host.LineAsync("where", "in "));
        }
        finally
        {
            directory.Delete();
        }
    }

    [Fact]
    public async Task A_resource_type_of_ones_own_runs_as_an_executable()
    {
        await using var host = new Host();
        host.Builder.AddResource(new OwnResource("own")).WithArgs("-c", "echo own");
        await host.StartAsync();

        Assert.Equal("", await host.LineAsync("own", "own"));
    }

    [Fact]
    public async Task The_exit_code_is_in_the_snapshot()
    {
        await using var host = new Host();
        host.AddShell("seven", "exit 7");
        await host.StartAsync();

        Assert.Equal(7, (await host.EndedAsync("seven")).ExitCode);
    }

    [Fact]
    public async Task A_missing_command_fails_to_start()
    {
        await using var host = new Host();
        host.Builder.AddExecutable("nothing", "/no/such/command", ".");
        await host.StartAsync();

        var ended = await host.EndedAsync("nothing");

        Assert.Equal(KnownResourceStates.FailedToStart, ended.State?.Text);
    }

    [Fact]
    public async Task A_line_on_standard_error_is_marked_as_such()
    {
        await using var host = new Host();
        host.AddShell("both", "echo out; echo bad >&2");
        await host.StartAsync();
        await host.LineAsync("both", "bad");
        var logs = (ResourceLoggerService)host.App.Services.GetService(typeof(ResourceLoggerService))!;
        await host.App.ResourceNotifications.WaitForResourceAsync("both", _ => true, host.Limit);

        await foreach (var batch in logs.WatchAsync("both").WithCancellation(host.Limit))
        {
            if (batch.FirstOrDefault(line => line.Content.EndsWith("bad", StringComparison.Ordinal)) is { Content: not null } line)
            {
                Assert.True(line.IsErrorMessage);
                break;
            }
        }
    }

    [Fact]
    public async Task Two_resources_of_one_name_are_refused()
    {
        await using var host = new Host();
        host.AddShell("twice", "true");

        var error = Assert.Throws<DistributedApplicationException>(() => host.AddShell("Twice", "true"));

        Assert.Contains("already exists", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("a_b")]
    [InlineData("a--b")]
    [InlineData("a-")]
    public async Task A_name_that_breaks_the_rule_is_refused(string name)
    {
        await using var host = new Host();

        Assert.ThrowsAny<ArgumentException>(() => host.AddShell(name, "true"));
    }

    private sealed class OwnResource(string name) : ExecutableResource(name, "sh", ".");
}
