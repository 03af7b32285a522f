using System.Globalization;
using CodeB.EndToEnd.Tests.Topology;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>What is asked for wrongly is refused with the right status, and changes nothing.</summary>
public sealed class WrongInputTests(TopologyFixture topology)
{
    private static readonly string[] BadNames = ["../x", "a;b", new('a', 300), ""];

    /// <summary>Every field of the API that takes a name.</summary>
    private static readonly (string Field, Func<Api, string, Task> Call)[] Fields =
    [
        ("GetProject.name", (a, n) => a.Projects.GetProjectAsync(new GetProjectRequest { Name = n }).ResponseAsync),
        ("RemoveProject.name", (a, n) => a.Projects.RemoveProjectAsync(new GetProjectRequest { Name = n }).ResponseAsync),
        ("CreateProject.name", (a, n) => Create(a, p => p.Name = n)),
        ("CreateProject.environments.name", (a, n) => Create(a, p => p.Environments[0].Name = n)),
        ("CreateProject.environments.server", (a, n) => Create(a, p => p.Environments[0].Server = n)),
        ("CreateProject.database.server", (a, n) => Create(a, p => p.Database = new Database { Server = n, Name = "bad" })),
        ("CreateProject.database.name", (a, n) => Create(a, p => p.Database = new Database { Server = "storage", Name = n })),
        ("CreateProject.redis.server", (a, n) => Create(a, p => p.Redis = new Redis { Server = n })),
        ("GetServer.name", (a, n) => a.Servers.GetServerAsync(new GetServerRequest { Name = n }).ResponseAsync),
        ("CheckServer.name", (a, n) => a.Servers.CheckServerAsync(new GetServerRequest { Name = n }).ResponseAsync),
        ("RemoveServer.name", (a, n) => a.Servers.RemoveServerAsync(new GetServerRequest { Name = n }).ResponseAsync),
        ("AddServer.name", (a, n) => a.Servers.AddServerAsync(new AddServerRequest { Name = n, Address = "198.18.0.1", Role = ServerRole.Backup }).ResponseAsync),
        ("AddServer.address", (a, n) => a.Servers.AddServerAsync(new AddServerRequest { Name = "bad", Address = n, Role = ServerRole.Backup }).ResponseAsync),
        ("GetEnv.project", (a, n) => a.Env.GetEnvAsync(new GetEnvRequest { Project = n, Environment = "production" }).ResponseAsync),
        ("GetEnv.environment", (a, n) => a.Env.GetEnvAsync(new GetEnvRequest { Project = "bad", Environment = n }).ResponseAsync),
        ("SetEnv.project", (a, n) => a.Env.SetEnvAsync(new SetEnvRequest { Project = n, Environment = "production", Set = { ["A"] = "b" } }).ResponseAsync),
        ("Deploy.project", (a, n) => Api.EndAsync(a.Slots.Deploy(new DeployRequest { Project = n, Environment = "production", Version = "v1" }))),
        ("Deploy.environment", (a, n) => Api.EndAsync(a.Slots.Deploy(new DeployRequest { Project = "bad", Environment = n, Version = "v1" }))),
        ("Promote.project", (a, n) => Api.EndAsync(a.Slots.Promote(new PromoteRequest { Project = n, Environment = "production" }))),
        ("Promote.environment", (a, n) => Api.EndAsync(a.Slots.Promote(new PromoteRequest { Project = "bad", Environment = n }))),
        ("Rollback.project", (a, n) => Api.EndAsync(a.Slots.Rollback(new RollbackRequest { Project = n, Environment = "production" }))),
        ("GetSlotPair.project", (a, n) => a.Slots.GetSlotPairAsync(new GetSlotPairRequest { Project = n, Environment = "production" }).ResponseAsync),
        ("GetSlotPair.environment", (a, n) => a.Slots.GetSlotPairAsync(new GetSlotPairRequest { Project = "bad", Environment = n }).ResponseAsync),
        ("RunBackup.project", (a, n) => Api.EndAsync(a.Backups.RunBackup(new RunBackupRequest { Project = n, Environment = "production" }))),
        ("RunBackup.environment", (a, n) => Api.EndAsync(a.Backups.RunBackup(new RunBackupRequest { Project = "bad", Environment = n }))),
        ("ListSets.project", (a, n) => a.Backups.ListSetsAsync(new ListSetsRequest { Project = n }).ResponseAsync),
        ("GetSet.project", (a, n) => a.Backups.GetSetAsync(new GetSetRequest { Project = n, Set = "latest" }).ResponseAsync),
        ("VerifySet.project", (a, n) => Api.EndAsync(a.Backups.VerifySet(new VerifySetRequest { Project = n, Set = "latest" }))),
        ("Restore.project", (a, n) => Api.EndAsync(a.Backups.Restore(new RestoreRequest { Project = n, Environment = "production", Set = "latest" }))),
        ("Restore.environment", (a, n) => Api.EndAsync(a.Backups.Restore(new RestoreRequest { Project = "bad", Environment = n, Set = "latest" }))),
    ];

    [Fact]
    public async Task A_bad_name_in_any_field_is_an_invalid_argument_and_changes_nothing()
    {
        using var api = new Api(await topology.GrpcAsync());
        var before = await StateAsync(api);
        var wrong = new List<string>();
        foreach (var (field, call) in Fields)
        {
            foreach (var name in BadNames)
            {
                var status = await StatusOfAsync(() => call(api, name));
                if (status.StatusCode != StatusCode.InvalidArgument || status.Detail.Length is 0 or > 400)
                    wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{field} = '{name[..Math.Min(8, name.Length)]}': {status}"));
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(before, await StateAsync(api));
    }

    [Fact]
    public async Task An_unknown_project_is_not_found_by_every_call()
    {
        using var api = new Api(await topology.GrpcAsync());
        var before = await StateAsync(api);
        var wrong = new List<string>();
        foreach (var (field, call) in Fields.Where(f => f.Field.EndsWith(".project", StringComparison.Ordinal)))
        {
            var status = await StatusOfAsync(() => call(api, "nobody"));
            if (status.StatusCode != StatusCode.NotFound || !status.Detail.Contains("nobody", StringComparison.Ordinal))
                wrong.Add($"{field}: {status}");
        }

        Assert.Empty(wrong);
        Assert.Equal(before, await StateAsync(api));
    }

    private static Task Create(Api api, Action<CreateProjectRequest> spoil)
    {
        var request = new CreateProjectRequest
        {
            Name = "bad",
            Environments = { new ProjectEnvironment { Name = "production", Server = "app", Domain = "bad.localhost" } },
            BackupServer = "backup",
        };
        spoil(request);
        return api.Projects.CreateProjectAsync(request).ResponseAsync;
    }

    private static async Task<Status> StatusOfAsync(Func<Task> call)
    {
        try
        {
            await call();
            return Status.DefaultSuccess;
        }
        catch (RpcException e)
        {
            return e.Status;
        }
    }

    /// <summary>Everything CodeB knows, without the times of its last looks.</summary>
    private static async Task<string> StateAsync(Api api)
    {
        var status = await api.Status.GetStatusAsync(new GetStatusRequest());
        foreach (var server in status.Servers)
            server.LastCheck = null;
        var operations = await api.Operations.ListOperationsAsync(new ListOperationsRequest());
        return $"{status}{await api.Projects.ListProjectsAsync(new ListProjectsRequest())}{operations}";
    }
}
