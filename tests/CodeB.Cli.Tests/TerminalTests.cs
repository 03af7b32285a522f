using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests;

public sealed class TerminalTests : CliTest
{
    private const string Hostile = "a\u001b[31mred\u001b]0;title\u0007\r\nfaked line\u009b2J\u202Edrow";

    [Fact]
    public async Task On_a_terminal_steps_are_drawn_with_marks_bars_and_bytes()
    {
        Live = true;
        Fake.Answer<DeployRequest>(Updates.Success());
        Assert.Equal(0, await We("deploy worb 2"));
        Assert.Contains("\u001b[", Output, StringComparison.Ordinal);
        Assert.Contains("1.0 MB of 4.0 MB", Output, StringComparison.Ordinal);
        Assert.Contains("━━━━━", Output, StringComparison.Ordinal);
        Assert.Contains("✓", Output, StringComparison.Ordinal);
        Assert.Contains("deploy worb/production: succeeded in 12.0 s", Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_display_is_drawn_while_nothing_is_known_of_the_steps_yet(bool named)
    {
        Live = true;
        var drawn = new TaskCompletionSource();
        Time = new ImpatientClock(ticks: 3, drawn.SetResult);
        var operation = Updates.Running();
        operation.Steps.Clear();
        Fake.AnswerAfter<DeployRequest>(drawn.Task, named ? [new OperationUpdate { Operation = operation }] : [], Updates.Success());
        Assert.Equal(0, await We("deploy worb 2"));
        Assert.Contains("deploy worb/production: succeeded in 12.0 s", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NO_COLOR_takes_the_colours_away()
    {
        Live = true;
        Variables["NO_COLOR"] = "1";
        Fake.Answer<DeployRequest>(Updates.Success());
        Assert.Equal(0, await We("deploy worb 2"));
        Assert.Contains("✓", Output, StringComparison.Ordinal);
        Assert.DoesNotMatch("\u001b\\[[0-9;]*m", Output);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Text_of_a_hostile_server_cannot_steer_the_terminal(bool live)
    {
        Live = live;
        Variables["NO_COLOR"] = "1";
        var end = Updates.Finished(OperationState.Failed, Hostile, "INTERNAL", notUndone: Hostile);
        Fake.Fail<DeployRequest>(
            StatusCode.Internal, "x", null, Updates.First(), Updates.Event(1, $"step{Hostile}", StepState.Failed, $"[red]{Hostile}"), end);
        Assert.Equal(1, await We("deploy worb 2"));
        foreach (var written in new[] { Output, Error })
        {
            Assert.Contains("faked line", written, StringComparison.Ordinal);
            Assert.DoesNotMatch("\u0007|\u009b|\u202E|\u001b\\[31m|\u001b\\]|\nfaked", written);
        }
    }

    [Fact]
    public async Task A_status_with_control_characters_is_cleaned_as_text_and_escaped_as_JSON()
    {
        Fake.Fail<GetServerRequest>(StatusCode.NotFound, Hostile);
        Assert.Equal(3, await We("server show x"));
        Assert.DoesNotContain(Error, c => char.IsControl(c) && c != '\n');
        Fake.Answer<GetServerRequest>(new Server { Name = Hostile });
        Assert.Equal(0, await We("server show x --json"));
        Assert.DoesNotContain(Output, c => char.IsControl(c) && c != '\n');
        Assert.Equal(Hostile, Assert.Single(JsonLines()).GetProperty("name").GetString());
    }

    /// <summary>Its delays are over at once; says when so many of them were asked for.</summary>
    private sealed class ImpatientClock(int ticks, Action reached) : TimeProvider
    {
        private int _left = ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (Interlocked.Decrement(ref _left) == 0)
                reached();
            return base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
        }
    }
}
