using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using CodeB.EndToEnd.Tests.Topology;
using CodeB.V1;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>The sample application as one project of a test: its data on the servers, and what they really show of it.</summary>
internal sealed class Worb(TopologyFixture topology, string name, string environment)
{
    private const string Password = "f0r-this-topology-only";
    private const int Rows = 500;

    public string Name => name;

    public string Environment => environment;

    public string Target => $"{name}/{environment}";

    public string Domain => $"{name}.localhost";

    public string SetsFolder => $"/opt/codeb/backups/{name}";

    private string Role => name.Replace('-', '_');

    private string Database => Role;

    /// <summary>Makes role, database and data on storage, and the project with its ENV in CodeB.</summary>
    public async Task CreateAsync(Api api)
    {
        await topology.ImagesAsync();
        await SqlAsync("postgres", $"CREATE ROLE {Role} LOGIN PASSWORD '{Password}'");
        await SqlAsync("postgres", $"CREATE DATABASE {Database} OWNER {Role}");
        await SqlAsync(
            Database,
            $"CREATE TABLE pages AS SELECT i AS id, md5(i::text) AS body FROM generate_series(1, {Rows}) i; ALTER TABLE pages OWNER TO {Role}");
        await FillRedisAsync();
        await api.Projects.CreateProjectAsync(new CreateProjectRequest
        {
            Name = name,
            Environments = { new ProjectEnvironment { Name = environment, Server = "app", Domain = Domain } },
            Database = new Database { Server = "storage", Name = Database },
            Redis = new Redis { Server = "storage" },
            BackupServer = "backup",
        });
        await SetEnvAsync(api);
    }

    /// <summary>Takes its containers away, so that their ports are free for another test's control plane.</summary>
    public Task RemoveAsync() => RunAsync("app", $"podman rm -f -i -t 1 {name}-{environment}-blue {name}-{environment}-green");

    public Task SetEnvAsync(Api api, string more = "") => api.Env.SetEnvAsync(new SetEnvRequest
    {
        Project = name,
        Environment = environment,
        ReplaceWithFile = true,
        File = $"DATABASE_URL=postgresql://{Role}:{Password}@{topology.AddressOf("storage")}:5432/{Database}\n"
            + $"REDIS_URL=redis://{topology.AddressOf("storage")}:6379\nGREETING=good morning\n{more}",
    }).ResponseAsync;

    /// <summary>An ENV with which the application ends as soon as it starts.</summary>
    public Task BreakEnvAsync(Api api) => api.Env.SetEnvAsync(new SetEnvRequest
    {
        Project = name,
        Environment = environment,
        ReplaceWithFile = true,
        File = "DATABASE_URL=://no-address\n",
    }).ResponseAsync;

    public Task<Operation> DeployAsync(Api api, string version, bool snapshot = false) => Api.EndAsync(StartDeploy(api, version, snapshot: snapshot));

    /// <summary>A deploy that does its work even where exactly this version is there already.</summary>
    public Grpc.Core.AsyncServerStreamingCall<OperationUpdate> StartDeploy(Api api, string version, string? image = null, bool snapshot = false) =>
        api.Slots.Deploy(new DeployRequest
        {
            Project = name,
            Environment = environment,
            Version = version,
            Image = image ?? $"localhost/guestbook:{version}",
            Snapshot = snapshot,
            Force = true,
        });

    public Task<Operation> PromoteAsync(Api api) => Api.EndAsync(api.Slots.Promote(new PromoteRequest { Project = name, Environment = environment }));

    public Task<Operation> RollbackAsync(Api api) => Api.EndAsync(api.Slots.Rollback(new RollbackRequest { Project = name, Environment = environment }));

    /// <summary>Back to the other slot, with its database and its Redis.</summary>
    public Task<Operation> RollbackWithDataAsync(Api api) => Api.EndAsync(api.Slots.Rollback(
        new RollbackRequest { Project = name, Environment = environment, RestoreDb = true, RestoreRedis = true }));

    public Task<Operation> BackUpAsync(Api api) =>
        Api.EndAsync(api.Backups.RunBackup(new RunBackupRequest { Project = name, Environment = environment }));

    public Task<Operation> RestoreAsync(Api api, string set) =>
        Api.EndAsync(api.Backups.Restore(new RestoreRequest { Project = name, Environment = environment, Set = set }));

    public Task<VerifyResult> VerifyAsync(Api api, string set) =>
        Api.EndAsync(api.Backups.VerifySet(new VerifySetRequest { Project = name, Set = set }));

    public Task<SlotPair> SlotsAsync(Api api) =>
        api.Slots.GetSlotPairAsync(new GetSlotPairRequest { Project = name, Environment = environment }).ResponseAsync;

    public async Task<List<string>> SetsAsync(Api api) =>
        [.. (await api.Backups.ListSetsAsync(new ListSetsRequest { Project = name })).Sets.Select(set => set.Id)];

    /// <summary>A client of the world outside: everything goes through Caddy on app.</summary>
    public HttpClient Browser()
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://{topology.AddressOf("app")}"), Timeout = TimeSpan.FromSeconds(15) };
        client.DefaultRequestHeaders.Host = Domain;
        return client;
    }

    /// <summary>An entry in the guestbook, and a key, as the version that has the traffic writes them.</summary>
    public async Task WriteAsync(string message)
    {
        using var browser = Browser();
        using var answer = await browser.PostAsJsonAsync(new Uri("/api/entries", UriKind.Relative), new { author = "tide", message });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        await RunAsync("storage", $"redis-cli SET {name}:{message} 1");
    }

    /// <summary>The guestbook's entries with the versions that wrote them, and the keys, as they are on storage.</summary>
    public async Task<string> EntriesAsync()
    {
        var rows = await SqlAsync(Database, "SELECT string_agg(message || ' by ' || version, ', ' ORDER BY id) FROM entries");
        var keys = await RunAsync("storage", $"redis-cli --scan --pattern '{name}:[a-z]*' | sort | tr '\n' ' '");
        return $"{rows} | {keys}";
    }

    /// <summary>The version that the world sees, or why it sees none.</summary>
    public async Task<string> SeenAsync()
    {
        using var browser = Browser();
        try
        {
            using var answer = await browser.GetAsync(new Uri("/version", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadAsStringAsync() : $"{(int)answer.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return $"{e.HttpRequestError}";
        }
    }

    /// <summary>A slot's container on app: its id and when it was started. Empty: there is none.</summary>
    public async Task<string> ContainerAsync(string slot) => (await topology.SshAsync(
        "app", $"podman inspect --format '{{{{.Id}}}} {{{{.State.StartedAt}}}} {{{{.State.Status}}}}' {name}-{environment}-{slot} 2>/dev/null")).Output;

    /// <summary>The slots whose gates are open, a line each.</summary>
    public async Task<string> GatesAsync() => (await topology.SshAsync("app", $"ls /opt/codeb/edge/pairs/{name}/{environment} | cut -d- -f1")).Output;

    /// <summary>What rows, keys and ENV hold, as one text to compare.</summary>
    public async Task<string> ContentAsync(Api api)
    {
        var rows = await SqlAsync(Database, "SELECT count(*), md5(string_agg(id || body, ',' ORDER BY id)) FROM pages");
        var keys = await RunAsync("storage", $"redis-cli --scan --pattern '{name}:*' | sort | sed 's|^|GET |' | redis-cli | md5sum");
        var env = await api.Env.GetEnvAsync(new GetEnvRequest { Project = name, Environment = environment, Reveal = true });
        var file = await RunAsync("app", $"sha256sum < /opt/codeb/env/{name}/{environment}/{(await SlotsAsync(api)).ActiveSlot}.env");
        return $"{rows} | {keys} | {string.Join(',', env.Variables.Select(v => $"{v.Name}={v.Value}"))} | {file}";
    }

    /// <summary>A table dropped, keys lost, the ENV file damaged.</summary>
    public async Task AccidentAsync(Api api)
    {
        await SqlAsync(Database, "DROP TABLE pages; CREATE TABLE pages (id int, body text)");
        await RunAsync("storage", $"redis-cli --scan --pattern '{name}:*' | xargs -r redis-cli del");
        var slot = (await SlotsAsync(api)).ActiveSlot;
        await RunAsync("app", $"echo damaged > /opt/codeb/env/{name}/{environment}/{slot}.env");
    }

    /// <summary>What a restore or a backup would have left behind, a line each.</summary>
    public async Task<string> LeftoversAsync()
    {
        var databases = await SqlAsync("postgres", $"SELECT datname FROM pg_database WHERE datname ~ '^{Database}_(restore|before)_'");
        var storage = await RunAsync("storage", "find /var/lib/redis /var/lib -maxdepth 1 \\( -name '*.restore-*' -o -name '*.before-*' \\)");
        var app = await RunAsync("app", $"find /opt/codeb/env/{name} \\( -name '*.restore-*' -o -name '*.before-*' -o -name '*.part' \\)");
        var backup = await RunAsync("backup", $"[ ! -d {SetsFolder} ] || find {SetsFolder} \\( -name '*.part' -o -name .operation \\)");
        return string.Join('\n', new[] { databases, storage, app, backup }.Where(text => text.Length > 0));
    }

    /// <summary>Runs a command on a server, which must succeed.</summary>
    public async Task<string> RunAsync(string server, string command)
    {
        var result = await topology.SshAsync(server, command);
        Assert.True(result.Code == 0, $"{server}: {command}: {result.Errors}");
        return result.Output;
    }

    public Task<string> SqlAsync(string database, string sql) =>
        RunAsync("storage", $"cd / && runuser -u postgres -- psql -v ON_ERROR_STOP=1 -qAt {database} -c \"{sql}\"");

    private Task FillRedisAsync() => RunAsync(
        "storage",
        string.Create(CultureInfo.InvariantCulture, $"for i in $(seq 1 {Rows}); do echo SET {name}:$i value-$i; done | redis-cli --pipe"));
}
