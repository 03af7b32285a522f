using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests;

public sealed class ProtectionTests : CliTest
{
    private const string SetId = "worb_backup_20261121_030000";

    private static readonly BackupSet Set = new()
    {
        Id = SetId,
        Project = "worb",
        Environment = "production",
        CreatedAt = Updates.At(0),
        Server = "backup",
        Path = "/srv/sets",
        DurationMs = 4200,
        Artifacts =
        {
            new Artifact { Component = "postgres", File = "postgres.dump.zst.age", Bytes = 120_000_000, PlainBytes = 240_000_000, Sha256 = "ab12" },
            new Artifact { Component = "redis", File = "redis.rdb.zst.age", Bytes = 3_000_000, PlainBytes = 9_000_000, Sha256 = "cd34" },
        },
    };

    [Fact]
    public async Task Backup_run_sends_its_components()
    {
        Fake.Answer<RunBackupRequest>(Updates.Success("backup"));
        Assert.Equal(0, await We("backup run worb --component postgres --component env -e staging"));
        Assert.Equal(
            new RunBackupRequest { Project = "worb", Environment = "staging", Components = { "postgres", "env" } }, Fake.Request<RunBackupRequest>());
    }

    [Fact]
    public async Task Restore_with_preview_shows_what_would_differ_and_starts_nothing()
    {
        Fake.Answer<PreviewRestoreRequest>(new RestorePreview
        {
            Set = SetId,
            LeftOut = 1,
            Differences =
            {
                new RestoreDifference { Component = "config", Path = "/etc/x", What = "mode 0644 → 0600", Diff = "--- /etc/x (live)\n+++ /etc/x (set)\n@@ -1 +1 @@\n-a\n+b\n" },
            },
        });
        Assert.Equal(0, await We("restore worb latest --component config --preview"));
        Assert.Equal(
            new PreviewRestoreRequest { Project = "worb", Environment = "production", Set = "latest", Components = { "config" } },
            Assert.Single(Fake.Requests));
        Assert.Contains("would change 2 paths", Output, StringComparison.Ordinal);
        Assert.Contains("config  /etc/x  mode 0644 → 0600\n", Output, StringComparison.Ordinal);
        Assert.Contains("    -a\n    +b\nand 1 more", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_without_differences_says_so()
    {
        Fake.Answer<PreviewRestoreRequest>(new RestorePreview { Set = SetId });
        Assert.Equal(0, await We("restore worb --preview"));
        Assert.Contains($"nothing differs from set {SetId}", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_list_shows_the_sets_with_their_sizes()
    {
        Fake.Answer<ListSetsRequest>(new ListSetsResponse { Sets = { Set } });
        Assert.Equal(0, await We("backup list worb"));
        Assert.Matches($"{SetId} +2026-11-21 09:30:00Z +production +postgres, redis +123.0 MB +249.0 MB +4.2 s", Output);
    }

    [Fact]
    public async Task Backup_list_of_none_says_how_to_write_one()
    {
        Fake.Answer<ListSetsRequest>(new ListSetsResponse());
        Assert.Equal(0, await We("backup list worb"));
        Assert.Contains("`we backup run worb`", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_show_takes_the_latest_set_unless_told_otherwise()
    {
        Fake.Answer<GetSetRequest>(Set);
        Assert.Equal(0, await We("backup show worb --json"));
        Assert.Equal(new GetSetRequest { Project = "worb", Set = "latest" }, Fake.Request<GetSetRequest>());
        Assert.Equal("ab12", Assert.Single(JsonLines()).GetProperty("artifacts")[0].GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task Verify_of_an_intact_set_ends_with_0()
    {
        Fake.Answer<VerifySetRequest>(
            new VerifyUpdate { Artifact = "postgres.dump.zst.age", BytesDone = 1, BytesTotal = 120_000_000 },
            new VerifyUpdate { Artifact = "postgres.dump.zst.age", BytesDone = 120_000_000, BytesTotal = 120_000_000 },
            new VerifyUpdate { Result = new VerifyResult { Set = SetId, Ok = true, BytesRead = 123_000_000 } });
        Assert.Equal(0, await We("backup verify worb latest --quick"));
        Assert.Equal(new VerifySetRequest { Project = "worb", Set = "latest", Quick = true }, Fake.Request<VerifySetRequest>());
        Assert.Equal(2, Output.TrimEnd().Split('\n').Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_of_a_damaged_set_ends_with_1_and_names_the_damage(bool live)
    {
        Live = live;
        Fake.Answer<VerifySetRequest>(
            new VerifyUpdate { Artifact = "redis", BytesDone = 1, BytesTotal = 2 },
            new VerifyUpdate { Result = new VerifyResult { Set = SetId, Problems = { "redis.rdb.zst.age: checksum differs" } } });
        Assert.Equal(1, await We("backup verify worb"));
        Assert.Contains("redis.rdb.zst.age: checksum differs", Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("restore worb")]
    [InlineData("restore worb --json")]
    public async Task Restore_without_a_terminal_and_without_yes_is_refused_and_touches_nothing(string line)
    {
        Assert.Equal(4, await We(line));
        Assert.Contains("we restore worb latest --yes", Error, StringComparison.Ordinal);
        Assert.Empty(Fake.Requests);
    }

    [Fact]
    public async Task Restore_with_yes_sends_the_request()
    {
        Fake.Answer<RestoreRequest>(Updates.Success("restore"));
        Assert.Equal(0, await We($"restore worb {SetId} --component redis --yes"));
        Assert.Equal(
            new RestoreRequest { Project = "worb", Environment = "production", Set = SetId, Components = { "redis" } }, Fake.Request<RestoreRequest>());
    }

    [Fact]
    public async Task A_dry_run_of_a_restore_needs_no_confirmation()
    {
        Fake.Answer<RestoreRequest>(Updates.Plan(true, "restore"));
        Assert.Equal(0, await We("restore worb --dry-run"));
        Assert.True(Fake.Request<RestoreRequest>().DryRun);
    }

    [Fact]
    public async Task A_confirmed_restore_is_of_the_set_that_was_shown()
    {
        (CanAsk, Input) = (true, "worb\n");
        Fake.Answer<GetSetRequest>(Set);
        Fake.Answer<RestoreRequest>(Updates.Success("restore"));
        Assert.Equal(0, await We("restore worb"));
        Assert.Contains($"postgres, redis of worb/production will be overwritten with set {SetId}", Output, StringComparison.Ordinal);
        Assert.Equal(SetId, Fake.Request<RestoreRequest>().Set);
    }

    [Theory]
    [InlineData("no\n")]
    [InlineData("\n")]
    [InlineData("")]
    public async Task A_restore_that_was_not_confirmed_is_not_begun(string answer)
    {
        (CanAsk, Input) = (true, answer);
        Fake.Answer<GetSetRequest>(Set);
        Assert.Equal(4, await We("restore worb"));
        Assert.Contains("nothing was touched", Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Fake.Requests, request => request is RestoreRequest);
    }

    [Fact]
    public async Task A_set_that_is_not_there_ends_with_3()
    {
        Fake.Fail<GetSetRequest>(StatusCode.NotFound, "worb has no set worb_backup_1");
        Assert.Equal(3, await We("backup show worb worb_backup_1"));
    }
}
