using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CodeB.Delivery.Health;
using CodeB.Delivery.Runbooks;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Runbooks;
using CodeB.Runbooks.Faults;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodeB.Bench.Switch;

/// <summary>
/// A thousand promotes back and forth under load: what is lost, and what a promote costs the others' latency. Beside it, in the same
/// run, the same load with a reload of Caddy's configuration for each switch. Needs root, caddy and wrk.
/// </summary>
internal static class SwitchBench
{
    private const int Promotes = 1000;

    // Each of them breaks connections; fifty tell enough.
    private const int Reloads = 50;

    private static readonly TimeSpan Undisturbed = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(int promotes = Promotes)
    {
        await using var edge = await Edge.StartAsync();
        await edge.Switch.EnsureAsync(default);
        await edge.Switch.SwitchAsync(SlotName.Blue, default);
        await edge.SwitchByReloadAsync(SlotName.Blue);

        var (calm, busy, lived, times, switched) = await ByPromotesAsync(edge, promotes);
        var (reload, reloadLived) = await ByReloadsAsync(edge);

        Print($"{promotes} promotes", busy, lived);
        Print($"{Reloads} reloads", reload, reloadLived);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"latency p50 {calm.P50:0.00} ms, p99 {calm.P99:0.00} ms; while switching p50 {busy.P50:0.00} ms, p99 {busy.P99:0.00} ms"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"a promote takes {Median(times):0} ms, the new slot has the traffic {Median(switched):0} ms after the call"));
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            bench = "switch",
            requests = busy.Requests + lived.SlowAnswered,
            failed = busy.Failed,
            websockets_lost = lived.SocketsLost,
            slow_failed = lived.SlowFailed,
            p99_ratio = Math.Round(busy.P99 / calm.P99, 2),
            promote_ms_median = Math.Round(Median(times), 1),
            reload_failed = reload.Failed,
            p50_ms = Math.Round(calm.P50, 2),
            p99_ms = Math.Round(calm.P99, 2),
            p50_switching_ms = Math.Round(busy.P50, 2),
            p99_switching_ms = Math.Round(busy.P99, 2),
            switched_ms_median = Math.Round(Median(switched), 1),
            promotes,
            reloads = Reloads,
            reload_websockets_lost = reloadLived.SocketsLost,
            reload_slow_failed = reloadLived.SlowFailed,
        }));
        return busy.Failed + lived.SocketsLost + lived.SlowFailed == 0 ? 0 : 1;
    }

    private static async Task<(WrkResult Calm, WrkResult Busy, (int SocketsLost, int SlowAnswered, int SlowFailed) Lived, List<double> Times, List<double> Switched)>
        ByPromotesAsync(Edge edge, int promotes)
    {
        await using var lived = await LongLived.StartAsync(edge, Edge.Domain);
        var before = await Wrk.ForAsync(edge, Edge.Domain, Undisturbed);
        await using var load = await Wrk.StartAsync(edge, Edge.Domain);
        var (times, switched) = (new List<double>(), new List<double>());
        for (var i = 0; i < promotes; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var operation = await PromoteAsync(edge, i % 2 == 0 ? SlotName.Green : SlotName.Blue);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (operation.State != OperationState.Succeeded)
                throw new InvalidOperationException($"promote {i + 1}: {operation.State}: {operation.Error}");
            switched.Add((operation.Steps.Single(step => step.Name == PromoteSteps.SwitchTraffic).FinishedAt!.Value - operation.StartedAt).TotalMilliseconds);
        }

        var busy = await load.StopAsync();
        var after = await Wrk.ForAsync(edge, Edge.Domain, Undisturbed);
        var calm = new WrkResult(before.Requests + after.Requests, before.Failed + after.Failed, (before.P50 + after.P50) / 2, (before.P99 + after.P99) / 2);
        return (calm, busy, await lived.StopAsync(), times, switched);
    }

    private static async Task<(WrkResult Load, (int SocketsLost, int SlowAnswered, int SlowFailed) Lived)> ByReloadsAsync(Edge edge)
    {
        await using var lived = await LongLived.StartAsync(edge, Edge.ReloadDomain);
        await using var load = await Wrk.StartAsync(edge, Edge.ReloadDomain);
        for (var i = 0; i < Reloads; i++)
            await edge.SwitchByReloadAsync(i % 2 == 0 ? SlotName.Green : SlotName.Blue);
        return (await load.StopAsync(), await lived.StopAsync());
    }

    private static async Task<Operation> PromoteAsync(Edge edge, SlotName to)
    {
        var input = new PromoteInput
        {
            Project = edge.Site.Project.Value,
            Environment = edge.Site.Environment.Value,
            Slot = to,
            BluePort = edge.Site.BluePort,
            GreenPort = edge.Site.GreenPort,
            Domains = edge.Site.Names.Domains,
            Health = new HealthCheck { Path = "/" },
        };
        var context = new PromoteContext(input, edge.Sshd.Session, new Dictionary<string, string>(), edge.Settings, TimeProvider.System);
        var runner = new RunbookRunner(TimeProvider.System, NullLogger<RunbookRunner>.Instance, FaultPoints.None);
        return await runner.RunAsync(PromoteRunbook.Create(), context, new Operation { Id = "bench", Target = edge.Site.Name }, new NoJournal());
    }

    private static void Print(string what, WrkResult load, (int SocketsLost, int SlowAnswered, int SlowFailed) lived) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-16}{load.Requests,10} requests, {load.Failed} failed; {lived.SocketsLost} of {LongLived.Sockets} WebSockets lost; {lived.SlowFailed} of {lived.SlowAnswered + lived.SlowFailed} slow requests failed"));

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private sealed class NoJournal : IJournal
    {
        public Task SaveAsync(Operation operation, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
