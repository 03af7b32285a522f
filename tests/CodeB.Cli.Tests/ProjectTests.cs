using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests;

public sealed class ProjectTests : CliTest
{
    private static readonly Project Worb = new()
    {
        Name = "worb",
        Environments = { new ProjectEnvironment { Name = "production", Server = "app", BluePort = 4000, GreenPort = 4001, Domain = "worb.example.com" } },
        Database = new Database { Name = "worb", Server = "storage" },
        BackupServer = "backup",
        HealthPath = "/health",
    };

    [Fact]
    public async Task Create_sends_environments_database_redis_and_the_rest()
    {
        Fake.Answer<CreateProjectRequest>(Worb);
        var code = await We(
            "project create worb --environment production:app:worb.example.com --environment staging:app "
            + "--database worb@storage --redis storage --backup-server backup --health-path /up");
        Assert.Equal(0, code);
        Assert.Equal(
            new CreateProjectRequest
            {
                Name = "worb",
                Environments =
                {
                    new ProjectEnvironment { Name = "production", Server = "app", Domain = "worb.example.com" },
                    new ProjectEnvironment { Name = "staging", Server = "app" },
                },
                Database = new Database { Name = "worb", Server = "storage" },
                Redis = new Redis { Server = "storage" },
                BackupServer = "backup",
                HealthPath = "/up",
            },
            Fake.Request<CreateProjectRequest>());
        Assert.Matches("production +app +4000 +4001 +worb.example.com", Output);
    }

    [Fact]
    public async Task Create_leaves_out_what_was_not_given()
    {
        Fake.Answer<CreateProjectRequest>(Worb);
        Assert.Equal(0, await We("project create worb --environment production:app"));
        var request = Fake.Request<CreateProjectRequest>();
        Assert.Null(request.Database);
        Assert.Null(request.Redis);
        Assert.Empty(request.BackupServer);
    }

    [Theory]
    [InlineData("--environment production", "NAME:SERVER")]
    [InlineData("--environment production:", "NAME:SERVER")]
    [InlineData("--environment a:b:c:d", "NAME:SERVER")]
    [InlineData("--environment production:app --database worb", "NAME@SERVER")]
    [InlineData("", "--environment")]
    public async Task Create_with_a_bad_form_is_bad_usage_and_reaches_nobody(string options, string shown)
    {
        Assert.Equal(2, await We($"project create worb {options}"));
        Assert.Contains(shown, Error, StringComparison.Ordinal);
        Assert.Empty(Fake.Requests);
    }

    [Fact]
    public async Task Create_of_a_project_that_exists_is_refused_with_4()
    {
        Fake.Fail<CreateProjectRequest>(StatusCode.AlreadyExists, "worb is registered already");
        Assert.Equal(4, await We("project create worb --environment production:app"));
    }

    [Fact]
    public async Task List_and_show_have_both_forms()
    {
        Fake.Answer<ListProjectsRequest>(new ListProjectsResponse { Projects = { Worb } });
        Fake.Answer<GetProjectRequest>(Worb);
        Assert.Equal(0, await We("project list"));
        Assert.Matches("worb +production +worb@storage +- +backup", Output);
        Assert.Equal(0, await We("project show worb"));
        Assert.Equal("worb", Fake.Request<GetProjectRequest>().Name);
    }

    [Fact]
    public async Task Show_as_JSON_is_the_project()
    {
        Fake.Answer<GetProjectRequest>(Worb);
        Assert.Equal(0, await We("project show worb --json"));
        Assert.Equal(4001, Assert.Single(JsonLines()).GetProperty("environments")[0].GetProperty("green_port").GetInt32());
    }

    [Fact]
    public async Task Remove_as_JSON_is_an_empty_document()
    {
        Fake.Answer<GetProjectRequest>(new RemoveProjectResponse());
        Assert.Equal(0, await We("project remove worb --json"));
        Assert.Equal("{ }", Output.Trim());
    }
}
