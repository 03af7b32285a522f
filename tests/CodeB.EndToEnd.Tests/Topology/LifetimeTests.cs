using System.Diagnostics;
using System.Globalization;

namespace CodeB.EndToEnd.Tests.Topology;

public sealed class LifetimeTests(TopologyFixture topology)
{
    [Fact]
    public async Task Two_topologies_stand_side_by_side_and_a_stopped_one_leaves_nothing_behind()
    {
        int number;
        await using (var second = await RunningTopology.StartAsync())
        {
            number = second.Number;
            var name = await second.SshAsync("storage", "touch /opt/second; hostname -I");
            var other = await topology.SshAsync("storage", "ls /opt/second; hostname -I");

            Assert.NotEqual(topology.Number, number);
            Assert.Contains($"198.18.{number}.13", name.Output, StringComparison.Ordinal);
            Assert.Contains($"198.18.{topology.Number}.13", other.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("/opt/second", other.Output, StringComparison.Ordinal);
        }

        await Leftovers.AwaitNoneAsync(number);
        Assert.NotEmpty(await Leftovers.OfAsync(topology.Number));
    }

    [Fact]
    public async Task A_killed_AppHost_takes_its_servers_along()
    {
        using var appHost = StartAppHost();
        var number = await NumberOfAsync(appHost.Id);
        await ServersAnswerAsync(number);

        appHost.Kill();

        await Leftovers.AwaitNoneAsync(number);
    }

    [Fact]
    public async Task After_a_kill_9_of_everything_down_leaves_nothing_and_touches_no_living_topology()
    {
        using var appHost = StartAppHost();
        var number = await NumberOfAsync(appHost.Id);
        await ServersAnswerAsync(number);
        var guard = await File.ReadAllTextAsync($"/var/lib/codeb/topology/{number}/guard");
        await Shell.RunAsync("kill", "-9", guard.Trim());
        appHost.Kill();
        await Shell.RunAsync("sh", "-c", $"pgrep -f '([s]erver|[c]ontrol-database)\\.sh run {number}( |$)' | xargs -r kill -9");
        Assert.NotEmpty(await Leftovers.OfAsync(number));

        var sweep = await Shell.RunAsync(Scripts.Topology, "sweep");

        Assert.Equal(0, sweep.Code);
        await Leftovers.AwaitNoneAsync(number);
        Assert.Equal("storage", (await topology.SshAsync("storage", "hostname")).Output);
    }

    private static Process StartAppHost()
    {
        var start = new ProcessStartInfo("dotnet", [Scripts.AppHost]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task<int> NumberOfAsync(int owner)
    {
        var number = 0;
        await Shell.AwaitAsync($"a topology of process {owner}", TimeSpan.FromSeconds(60), async () =>
        {
            var list = await Shell.RunAsync(Scripts.Topology, "list");
            var line = list.Output.Split('\n').Select(row => row.Split(' ')).FirstOrDefault(row => row.Length > 1 && row[1] == $"{owner}");
            number = line is null ? 0 : int.Parse(line[0], CultureInfo.InvariantCulture);
            return number > 0;
        });
        return number;
    }

    private static async Task ServersAnswerAsync(int number)
    {
        foreach (var server in TopologyFixture.Servers)
        {
            await Shell.AwaitAsync($"{server} of topology {number} answering", TimeSpan.FromSeconds(60), async () =>
                (await Shell.RunAsync("ssh-keyscan", "-T", "1", TopologyFixture.AddressOf(number, server))).Output.Length > 0);
        }
    }
}
