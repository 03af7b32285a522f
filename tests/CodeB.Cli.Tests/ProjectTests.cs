using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Google.Protobuf.WellKnownTypes;
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
                Health = new HealthSettings { Path = "/up" },
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
        Assert.Null(request.Container);
        Assert.Null(request.Health);
        Assert.Empty(request.BackupServer);
    }

    [Fact]
    public async Task Create_sends_how_containers_are_started_and_checked()
    {
        Fake.Answer<CreateProjectRequest>(Worb);
        var code = await We(
            "project", "create", "worb", "--environment", "production:app", "--image-repository", "ghcr.io/team/worb", "--port", "3000",
            "--memory", "2g", "--cpus", "1.5", "--stop-seconds", "30", "--label", "team=shop", "--label", "note=a=b",
            "--release-command", "/app/migrate --to 'next week'", "--health-status", "204", "--health-interval", "250ms",
            "--health-timeout", "2m", "--health-successes", "3");
        Assert.Equal((0, ""), (code, Error));
        Assert.Equal(
            new CreateProjectRequest
            {
                Name = "worb",
                Environments = { new ProjectEnvironment { Name = "production", Server = "app" } },
                ImageRepository = "ghcr.io/team/worb",
                Container = new ContainerSettings
                {
                    Port = 3000,
                    MemoryMegabytes = 2048,
                    Cpus = 1.5,
                    StopSeconds = 30,
                    Labels = { ["team"] = "shop", ["note"] = "a=b" },
                    ReleaseCommand = { "/app/migrate", "--to", "next week" },
                },
                Health = new HealthSettings
                {
                    ExpectedStatus = 204,
                    Interval = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(250)),
                    Timeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(2)),
                    Successes = 3,
                },
            },
            Fake.Request<CreateProjectRequest>());
    }

    [Fact]
    public async Task Set_changes_only_what_is_given_and_keeps_the_rest()
    {
        var project = Worb.Clone();
        project.Container = new ContainerSettings { Port = 3000, StopSeconds = 10, Labels = { ["team"] = "shop", ["old"] = "1" }, ReleaseCommand = { "/migrate" } };
        project.Health = new HealthSettings { Path = "/health", ExpectedStatus = 200, Successes = 2 };
        Fake.Answer<GetProjectRequest>(project);
        Fake.Answer<UpdateProjectRequest>(project);
        Assert.Equal(0, await We("project set worb --memory 512m --label old= --label new=2"));
        Assert.Equal(
            new UpdateProjectRequest
            {
                Name = "worb",
                Container = new ContainerSettings
                {
                    Port = 3000,
                    StopSeconds = 10,
                    MemoryMegabytes = 512,
                    Labels = { ["team"] = "shop", ["new"] = "2" },
                    ReleaseCommand = { "/migrate" },
                },
            },
            Fake.Request<UpdateProjectRequest>());
    }

    [Fact]
    public async Task Set_with_an_empty_release_command_takes_it_away()
    {
        var project = Worb.Clone();
        project.Container = new ContainerSettings { StopSeconds = 10, ReleaseCommand = { "/migrate" } };
        Fake.Answer<GetProjectRequest>(project);
        Fake.Answer<UpdateProjectRequest>(Worb);
        Assert.Equal(0, await We("project", "set", "worb", "--release-command", ""));
        Assert.Empty(Fake.Request<UpdateProjectRequest>().Container.ReleaseCommand);
    }

    [Fact]
    public async Task Set_replaces_the_configuration_paths_keeps_their_server_and_marks_the_optional_ones()
    {
        var project = Worb.Clone();
        project.Config = new ConfigSpec { Server = "storage", Paths = { new ConfigPath { Path = "/etc/old" } } };
        Fake.Answer<GetProjectRequest>(project);
        Fake.Answer<UpdateProjectRequest>(project);
        Assert.Equal(0, await We("project set worb --config-path /etc/containers --config-path ?/opt/worb/compose.yml"));
        Assert.Equal(
            new UpdateProjectRequest
            {
                Name = "worb",
                Config = new ConfigSpec
                {
                    Server = "storage",
                    Paths = { new ConfigPath { Path = "/etc/containers" }, new ConfigPath { Path = "/opt/worb/compose.yml", Optional = true } },
                },
            },
            Fake.Request<UpdateProjectRequest>());
        Assert.Contains("/etc/old on storage", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_with_an_empty_configuration_path_keeps_none_any_more()
    {
        Fake.Answer<GetProjectRequest>(Worb);
        Fake.Answer<UpdateProjectRequest>(Worb);
        Assert.Equal(0, await We("project", "set", "worb", "--config-path", ""));
        Assert.Equal(new UpdateProjectRequest { Name = "worb", Config = new ConfigSpec() }, Fake.Request<UpdateProjectRequest>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("--config-server app")]
    [InlineData("--memory lots")]
    [InlineData("--memory -5m")]
    [InlineData("--health-timeout soon")]
    [InlineData("--health-interval -1s")]
    [InlineData("--label team")]
    [InlineData("--release-command 'open")]
    public async Task Set_with_nothing_or_a_bad_form_is_bad_usage_and_changes_nothing(string options)
    {
        Fake.Answer<GetProjectRequest>(Worb);
        Assert.Equal(2, await We($"project set worb {options}"));
        Assert.DoesNotContain(Fake.Requests, request => request is UpdateProjectRequest);
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
