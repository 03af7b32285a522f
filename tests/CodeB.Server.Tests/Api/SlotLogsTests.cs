using System.Text;
using CodeB.Domain.Errors;
using CodeB.Domain.Slots;
using CodeB.Server.Api.Slots;

namespace CodeB.Server.Tests.Api;

public sealed class SlotLogsTests
{
    [Fact]
    public async Task A_log_comes_line_by_line_and_the_last_one_needs_no_line_break() =>
        Assert.Equal(["one", "", "drei ä", "end"], await LinesAsync("one\n\ndrei ä\r\nend"));

    [Fact]
    public async Task A_line_without_an_end_is_not_collected_for_ever()
    {
        var lines = await LinesAsync(new string('x', 3 * LogLines.LongestLine) + "\nshort\n");

        Assert.All(lines, line => Assert.InRange(line.Length, 0, 2 * LogLines.LongestLine));
        Assert.Equal(3 * LogLines.LongestLine, lines.SkipLast(1).Sum(line => line.Length));
        Assert.Equal("short", lines[^1]);
    }

    [Fact]
    public void Without_a_word_the_active_slot_is_meant_and_before_the_first_promote_the_deployed_one()
    {
        var pair = new SlotPair { Project = "worb", Environment = "production", Blue = new Slot { State = SlotState.Deployed } };

        Assert.Equal(SlotName.Blue, SlotLogs.SlotOf(pair, ""));
        Assert.Equal(SlotName.Green, SlotLogs.SlotOf(pair with { ActiveSlot = SlotName.Green }, ""));
        Assert.Equal(SlotName.Blue, SlotLogs.SlotOf(pair with { ActiveSlot = SlotName.Green }, "blue"));
        Assert.Equal("slot", Assert.Throws<DomainException>(() => SlotLogs.SlotOf(pair, "red")).Field);
        Assert.Equal(ErrorCode.FailedPrecondition, Assert.Throws<DomainException>(() => SlotLogs.SlotOf(new SlotPair(), "")).Code);
    }

    private static async Task<List<string>> LinesAsync(string log)
    {
        var lines = new List<string>();
        await LogLines.ReadAsync(
            new MemoryStream(Encoding.UTF8.GetBytes(log)),
            line =>
            {
                lines.Add(line);
                return Task.CompletedTask;
            },
            TestContext.Current.CancellationToken);
        return lines;
    }
}
