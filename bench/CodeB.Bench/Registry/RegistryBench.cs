using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CodeB.Bench.Grains;
using CodeB.Testing;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Bench.Registry;

/// <summary>
/// Two hundred projects with two environments each on one control plane: what listing them costs, and whether a change or a
/// promote gets slower. Through the real server, with its control database and an sshd as the fleet. Needs root, as sshd does.
/// </summary>
internal static class RegistryBench
{
    private const int Projects = 200;
    private const int Rounds = 30;
    private const int PlanRounds = 10;

    public static async Task<int> RunAsync()
    {
        await using var postgres = await TemporaryPostgres.StartAsync();
        await using var sshd = await SshdFixture.StartAsync("app");
        await using var server = new ServerProcess(postgres.ConnectionString, sshd);
        await server.StartAsync();

        var created = new List<double>();
        var planBefore = 0.0;
        for (var n = 0; n < Projects; n++)
        {
            created.Add(await TimeAsync(async () => await server.Projects.CreateProjectAsync(NewProject(n))));
            if (n == 0)
                planBefore = await MedianAsync(PlanRounds, () => PlanAsync(server));
        }

        // A version in every slot pair, as a control plane in use has, and then a start that has none of them in memory.
        await server.StopAsync();
        await RecordedPairs.WriteAsync(postgres.ConnectionString, Enumerable.Range(0, Projects).SelectMany(Pairs));
        await server.StartAsync();

        var figures = new Dictionary<string, double>
        {
            ["projects"] = Projects,
            ["pairs"] = (await server.Slots.ListSlotPairsAsync(new ListSlotPairsRequest { Project = Name(0) })).SlotPairs.Count * Projects,
            ["list_cold_ms"] = await TimeAsync(async () => await server.Slots.ListSlotPairsAsync(new ListSlotPairsRequest())),
            ["list_ms_median"] = await MedianAsync(Rounds, async () => await server.Slots.ListSlotPairsAsync(new ListSlotPairsRequest())),
            ["list_projects_ms_median"] = await MedianAsync(Rounds, async () => await server.Projects.ListProjectsAsync(new ListProjectsRequest())),
            ["status_cold_ms"] = await TimeAsync(async () => await server.Status.GetStatusAsync(new GetStatusRequest())),
            ["status_ms_median"] = await MedianAsync(Rounds, async () => await server.Status.GetStatusAsync(new GetStatusRequest())),
            ["pair_ms_median"] = await MedianAsync(Rounds, async () => await server.Slots.GetSlotPairAsync(new GetSlotPairRequest { Project = Name(0), Environment = "production" })),
            ["create_first_ms_median"] = Median([.. created.Skip(1).Take(10)]),
            ["create_last_ms_median"] = Median([.. created.TakeLast(10)]),
            ["promote_plan_1_ms_median"] = planBefore,
            ["promote_plan_ms_median"] = await MedianAsync(PlanRounds, () => PlanAsync(server)),
        };
        foreach (var (name, value) in figures)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-26}{value,10:0.0}"));
        Console.WriteLine(JsonSerializer.Serialize(new { bench = "registry", figures = figures.ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value, 2)) }));
        return figures["list_ms_median"] < 100 && figures["list_projects_ms_median"] < 100 && figures["status_ms_median"] < 100 ? 0 : 1;
    }

    private static string Name(int n) => string.Create(CultureInfo.InvariantCulture, $"bench-{n}");

    private static IEnumerable<(string Project, string Environment, int Blue)> Pairs(int n) =>
        [(Name(n), "production", 4000 + (2 * n)), (Name(n), "staging", 4500 + (2 * n))];

    private static CreateProjectRequest NewProject(int n) => new()
    {
        Name = Name(n),
        BackupServer = "app",
        Environments =
        {
            new ProjectEnvironment { Name = "production", Server = "app", Domain = $"{Name(n)}.example.com" },
            new ProjectEnvironment { Name = "staging", Server = "app", Domain = $"staging.{Name(n)}.example.com" },
        },
    };

    /// <summary>
    /// The control plane's share of a promote, and one look at the server. The first project has no version yet: the machine
    /// refuses a promote, so the plan of a deploy, which asks the server as much, stands for it.
    /// </summary>
    private static async Task PlanAsync(ServerProcess server)
    {
        var request = new DeployRequest { Project = Name(0), Environment = "production", Version = "9", Image = "localhost/bench:9", DryRun = true };
        using var call = server.Slots.Deploy(request);
        await foreach (var update in call.ResponseStream.ReadAllAsync())
        {
            if (update.Plan is null)
                throw new InvalidOperationException($"no plan but {update}");
        }
    }

    private static async Task<double> MedianAsync(int count, Func<Task> run)
    {
        await run();
        var times = new List<double>();
        for (var i = 0; i < count; i++)
            times.Add(await TimeAsync(run));
        return Median(times);
    }

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var started = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
}
