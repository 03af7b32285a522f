using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Google.Protobuf.WellKnownTypes;

namespace CodeB.Cli.Tests;

public sealed class RegistryTests : CliTest
{
    private static readonly Drift Gate = new() { Server = "app", Subject = "worb/production gate", Message = "no gate is open", Repairable = true };

    private static readonly ProjectEnvironment Preview = new()
    {
        Name = "feature-login-1a2b3c4d",
        Branch = "feature/login",
        Server = "app",
        Domain = "feature-login-1a2b3c4d.worb.kr",
        ExpiresAt = Updates.At(0),
    };

    [Fact]
    public async Task A_check_without_drift_ends_with_0()
    {
        Fake.Answer<CheckRegistryRequest>(new CheckRegistryResponse());
        Assert.Equal(0, await We("registry check"));
    }

    [Fact]
    public async Task A_check_with_drift_ends_with_1_and_says_what_a_repair_would_mend()
    {
        Fake.Answer<CheckRegistryRequest>(new CheckRegistryResponse { Drifts = { Gate } });
        Assert.Equal(1, await We("registry check worb"));
        Assert.Equal("worb", Fake.Request<CheckRegistryRequest>().Project);
        Assert.Contains("repairable: app: worb/production gate: no gate is open", Output, StringComparison.Ordinal);
        Assert.Contains("--repair", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repair_that_mends_everything_ends_with_0()
    {
        var repaired = Gate.Clone();
        repaired.Repaired = true;
        Fake.Answer<CheckRegistryRequest>(new CheckRegistryResponse { Drifts = { repaired } });
        Assert.Equal(0, await We("registry check --repair"));
        Assert.True(Fake.Request<CheckRegistryRequest>().Repair);
    }

    [Fact]
    public async Task A_dry_run_of_a_check_alone_is_bad_usage()
    {
        Assert.Equal(2, await We("registry check --dry-run"));
        Assert.Empty(Fake.Requests);
    }

    [Fact]
    public async Task Show_prints_each_file_and_as_JSON_the_answer()
    {
        Fake.Answer<ShowRegistryRequest>(new ShowRegistryResponse { Files = { new RegistryFile { Server = "app", Path = "ssot.json", Content = "{}\n" } } });
        Assert.Equal(0, await We("registry show app"));
        Assert.Equal("app", Fake.Request<ShowRegistryRequest>().Server);
        Assert.Contains("# app: ssot.json", Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12h", 12)]
    [InlineData("7d", 168)]
    public async Task A_preview_is_created_with_its_lifetime(string text, int hours)
    {
        Fake.Answer<CreatePreviewRequest>(Preview);
        Assert.Equal(0, await We($"preview create worb feature/login --lifetime {text}"));
        Assert.Equal(
            new CreatePreviewRequest { Project = "worb", Branch = "feature/login", Lifetime = Duration.FromTimeSpan(TimeSpan.FromHours(hours)) },
            Fake.Request<CreatePreviewRequest>());
        Assert.Contains("feature-login-1a2b3c4d.worb.kr", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lifetime_that_is_none_is_bad_usage()
    {
        Assert.Equal(2, await We("preview create worb x --lifetime soon"));
        Assert.Empty(Fake.Requests);
    }

    [Fact]
    public async Task Previews_are_listed_without_the_lasting_environments()
    {
        Fake.Answer<ListProjectsRequest>(new ListProjectsResponse
        {
            Projects = { new Project { Name = "worb", Environments = { new ProjectEnvironment { Name = "production" }, Preview } } },
        });
        Assert.Equal(0, await We("preview list"));
        Assert.Matches("worb +feature/login +feature-login-1a2b3c4d", Output);
        Assert.DoesNotContain("production", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removing_a_preview_follows_the_operation()
    {
        Fake.Answer<RemovePreviewRequest>(Updates.Success("remove"));
        Assert.Equal(0, await We("preview remove worb feature/login"));
        Assert.Equal("feature/login", Fake.Request<RemovePreviewRequest>().Branch);
    }
}
