using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests;

public sealed class SlotTests : CliTest
{
    [Fact]
    public async Task Cleanup_sends_environment_and_force_and_follows_the_operation()
    {
        Fake.Answer<CleanUpRequest>(Updates.Success("cleanup"));

        Assert.Equal(0, await We("cleanup worb -e staging --force"));

        Assert.Equal(new CleanUpRequest { Project = "worb", Environment = "staging", Force = true }, Fake.Request<CleanUpRequest>());
        Assert.Contains("cleanup worb/production: succeeded", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cleanup_that_is_refused_ends_with_4_and_says_what_to_type()
    {
        Fake.Fail<CleanUpRequest>(StatusCode.FailedPrecondition, "worb/production: slot blue keeps v1; give that up with 'we cleanup worb -e production --force'");

        Assert.Equal(4, await We("cleanup worb"));

        Assert.Contains("--force", Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_dry_run_of_a_cleanup_prints_what_each_step_found()
    {
        Fake.Answer<CleanUpRequest>(Updates.Plan(ok: true, "cleanup"));

        Assert.Equal(0, await We("cleanup worb --dry-run"));

        Assert.True(Fake.Request<CleanUpRequest>().DryRun);
        Assert.Contains("port 4001 is free", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slots_lists_two_lines_a_pair_with_what_a_rollback_could_bring_back()
    {
        Fake.Answer<ListSlotPairsRequest>(new ListSlotPairsResponse { SlotPairs = { Pair() } });

        Assert.Equal(0, await We("slots"));

        var lines = Output.TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Matches("^PROJECT +SLOT +STATE +VERSION +PORT +HEALTH +DEPLOYED +GRACE UNTIL +SNAPSHOTS$", lines[0]);
        Assert.Matches("^worb/production +blue +grace +v1 +4000 +healthy +2026-11-21 09:30:00Z +2026-11-21 09:30:40Z +set-1$", lines[1]);
        Assert.Matches("^worb/production +green +active +v2 +4001 +healthy +2026-11-21 09:30:10Z +- +-$", lines[2]);
    }

    [Fact]
    public async Task Slots_of_one_environment_tells_everything_about_both()
    {
        var pair = Pair();
        pair.Domains.Add("worb.example.com");
        pair.Blue = new Slot { Name = "blue", State = SlotState.Failed, Port = 4000, Version = "v1", Reason = "status 500" };
        Fake.Answer<GetSlotPairRequest>(pair);

        Assert.Equal(0, await We("slots worb -e production"));

        Assert.Equal(new GetSlotPairRequest { Project = "worb", Environment = "production" }, Fake.Request<GetSlotPairRequest>());
        Assert.Contains("worb.example.com", Output, StringComparison.Ordinal);
        Assert.Matches("reason +status 500", Output);
        Assert.Matches("promoted +2026-11-21 09:30:20Z by ann", Output);
    }

    [Fact]
    public async Task An_environment_without_its_project_is_wrong_usage()
    {
        Assert.Equal(2, await We("slots -e production"));
        Assert.Contains("we slots PROJECT -e production", Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_shows_how_each_release_ended_and_why()
    {
        Fake.Answer<GetHistoryRequest>(new GetHistoryResponse
        {
            Releases =
            {
                new Release { Slot = "blue", Version = "v1", DeployedAt = Updates.At(0), DeployedBy = "ann", PromotedAt = Updates.At(1), PromotedBy = "bob" },
                new Release
                {
                    Slot = "green", Version = "v2", DeployedAt = Updates.At(2), DeployedBy = "ann", PromotedAt = Updates.At(3), PromotedBy = "bob",
                    EndedAt = Updates.At(4), End = "rolled-back", EndedBy = "codeb", Reason = "watch: status 500",
                },
            },
        });

        Assert.Equal(0, await We("history worb --limit 5"));

        Assert.Equal(new GetHistoryRequest { Project = "worb", Environment = "production", Limit = 5 }, Fake.Request<GetHistoryRequest>());
        var lines = Output.TrimEnd().Split('\n');
        Assert.Matches("^v1 +blue +2026-11-21 09:30:00Z +ann +2026-11-21 09:30:01Z +bob +- +- +- +- +-$", lines[1]);
        Assert.Matches("^v2 +green .* 2026-11-21 09:30:04Z +codeb +rolled-back +- +watch: status 500$", lines[2]);
    }

    [Theory]
    [InlineData("slots", "slot_pairs")]
    [InlineData("history worb", "releases")]
    public async Task With_JSON_the_answer_is_one_document(string line, string member)
    {
        Fake.Answer<ListSlotPairsRequest>(new ListSlotPairsResponse { SlotPairs = { Pair() } });
        Fake.Answer<GetHistoryRequest>(new GetHistoryResponse { Releases = { new Release { Version = "v1" } } });

        Assert.Equal(0, await We($"{line} --json"));

        Assert.Equal(1, Assert.Single(JsonLines()).GetProperty(member).GetArrayLength());
    }

    private static SlotPair Pair() => new()
    {
        Project = "worb",
        Environment = "production",
        Server = "app",
        ActiveSlot = "green",
        Blue = new Slot
        {
            Name = "blue",
            State = SlotState.Grace,
            Port = 4000,
            Version = "v1",
            HealthStatus = "healthy",
            DeployedAt = Updates.At(0),
            GraceUntil = Updates.At(40),
            DbSnapshot = "set-1",
            RedisSnapshot = "set-1",
        },
        Green = new Slot
        {
            Name = "green",
            State = SlotState.Active,
            Port = 4001,
            Version = "v2",
            HealthStatus = "healthy",
            DeployedAt = Updates.At(10),
            PromotedAt = Updates.At(20),
            PromotedBy = "ann",
        },
    };
}
