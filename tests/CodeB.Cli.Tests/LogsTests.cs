using CodeB.Cli.Tests.Fakes;
using CodeB.V1;

namespace CodeB.Cli.Tests;

public sealed class LogsTests : CliTest
{
    [Fact]
    public async Task Lines_are_shown_without_what_could_steer_a_terminal()
    {
        Fake.Answer<GetLogsRequest>(new LogLine { Text = "one" }, new LogLine { Text = "\u001b[2Jtwo" });
        Assert.Equal(0, await We("logs worb --slot green --lines 7 -e staging"));
        Assert.Equal("one\n[2Jtwo\n", Output);
        Assert.Equal(
            new GetLogsRequest { Project = "worb", Environment = "staging", Slot = "green", Lines = 7 }, Fake.Request<GetLogsRequest>());
    }

    [Fact]
    public async Task With_JSON_each_line_is_a_document()
    {
        Fake.Answer<GetLogsRequest>(new LogLine { Text = "one" }, new LogLine { Text = "two" });
        Assert.Equal(0, await We("logs worb --json"));
        Assert.Equal(["one", "two"], JsonLines().Select(line => line.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task A_log_that_is_followed_ends_quietly_with_Ctrl_C()
    {
        Fake.Hang<GetLogsRequest>(new LogLine { Text = "one" });
        var running = We("logs worb -f");
        await Testing.Eventually.HoldsAsync("the first line is shown", () => Output.Contains("one", StringComparison.Ordinal));
        await Interrupt.CancelAsync();
        Assert.Equal((130, ""), (await running, Error));
        Assert.True(Fake.Request<GetLogsRequest>().Follow);
    }
}
