using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests;

public sealed class InsightTests : CliTest
{
    private static readonly FleetStatus Fleet = new()
    {
        Version = "1.0 embedded",
        StartedAt = Updates.At(0),
        Servers = { new Server { Name = "app", Address = "a" }, new Server { Name = "elsewhere", Address = "e" } },
        SlotPairs =
        {
            new SlotPair
            {
                Project = "worb", Environment = "production", Server = "app", ActiveSlot = "blue",
                Blue = new Slot { Name = "blue", State = SlotState.Active, Port = 4000, Version = "2", PromotedAt = Updates.At(0), PromotedBy = "ann" },
                Green = new Slot { Name = "green", State = SlotState.Grace, Port = 4001, Version = "1", GraceUntil = Updates.At(0) },
            },
            new SlotPair { Project = "other", Environment = "staging", Server = "elsewhere", Blue = new Slot { Name = "blue", State = SlotState.Deployed } },
        },
        Backups = { new ProjectBackup { Project = "worb" }, new ProjectBackup { Project = "other", Error = "backup does not answer" } },
        Running = { new Operation { Id = "op-1", Kind = "deploy", Target = "worb/staging", State = OperationState.Undoing } },
        RecentFailures = { new Operation { Id = "op-2", Kind = "backup", Target = "worber", State = OperationState.Failed, Error = "disk is full" } },
    };

    [Fact]
    public async Task Status_shows_servers_slots_backups_and_operations()
    {
        Fake.Answer<GetStatusRequest>(Fleet);
        Assert.Equal(0, await We("status --check"));
        Assert.True(Fake.Request<GetStatusRequest>().CheckServers);
        Assert.Contains("CodeB 1.0 embedded, up since 2026-11-21 09:30:00Z", Output, StringComparison.Ordinal);
        Assert.Matches("worb/production +app +blue +active +2 +4000 +- +serves, promoted .* by ann", Output);
        Assert.Matches("green +grace +1 .*kept for a rollback until 2026", Output);
        Assert.Contains("`we promote other -e staging` makes it active", Output, StringComparison.Ordinal);
        Assert.Contains("`we backup run worb`", Output, StringComparison.Ordinal);
        Assert.Contains("backup does not answer", Output, StringComparison.Ordinal);
        Assert.Matches("op-1 +deploy +worb/staging +undoing", Output);
        Assert.Contains("disk is full", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_of_a_project_leaves_the_others_out_in_both_forms()
    {
        Fake.Answer<GetStatusRequest>(Fleet);
        Fake.Answer<GetProjectRequest>(new Project { Name = "worb", Environments = { new ProjectEnvironment { Name = "production", Server = "app" } } });
        Assert.Equal(0, await We("status worb --json"));
        var status = Assert.Single(JsonLines());
        Assert.Equal("app", Assert.Single(status.GetProperty("servers").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("worb", Assert.Single(status.GetProperty("slot_pairs").EnumerateArray()).GetProperty("project").GetString());
        Assert.Single(status.GetProperty("running").EnumerateArray());
        Assert.Empty(status.GetProperty("recent_failures").EnumerateArray());
        Assert.DoesNotContain("other", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_of_an_unknown_project_ends_with_3()
    {
        Fake.Fail<GetProjectRequest>(StatusCode.NotFound, "there is no project nope");
        Assert.Equal(3, await We("status nope"));
        Assert.Contains("`we project list`", Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operation_list_sends_its_filters()
    {
        Fake.Answer<ListOperationsRequest>(new ListOperationsResponse { Operations = { Updates.Running() } });
        Assert.Equal(0, await We("operation list worb --running --limit 7"));
        Assert.Equal(new ListOperationsRequest { Target = "worb", RunningOnly = true, Limit = 7 }, Fake.Request<ListOperationsRequest>());
        Assert.Matches("op-7 +deploy +worb/production +running", Output);
    }

    [Fact]
    public async Task Operation_show_has_its_steps()
    {
        Fake.Answer<GetOperationRequest>(Updates.Running());
        Assert.Equal(0, await We("operation show op-7"));
        Assert.Equal("op-7", Fake.Request<GetOperationRequest>().Id);
        Assert.Matches("pull-image +pending", Output);
    }

    [Fact]
    public async Task Operation_watch_ends_as_the_operation_does()
    {
        Fake.Fail<GetOperationRequest>(StatusCode.Aborted, "x", null, Updates.Finished(OperationState.Undone, "cancelled by ann", "ABORTED"));
        Assert.Equal(1, await We("operation watch op-7"));
        Assert.Contains("cancelled by ann", Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operation_cancel_says_how_to_follow_it()
    {
        var operation = Updates.Running();
        operation.State = OperationState.Undoing;
        Fake.Answer<GetOperationRequest>(operation);
        Assert.Equal(0, await We("operation cancel op-7"));
        Assert.Contains("is undoing; `we operation watch op-7`", Output, StringComparison.Ordinal);
    }
}
