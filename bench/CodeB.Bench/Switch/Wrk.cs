using System.Diagnostics;
using System.Text.Json;
using CodeB.Testing;

namespace CodeB.Bench.Switch;

/// <summary>What wrk saw.</summary>
/// <param name="Requests">Answered.</param>
/// <param name="Failed">Connections broken, requests without an answer in time, and every status above 399.</param>
/// <param name="P50">Median latency in ms.</param>
/// <param name="P99">99th percentile in ms.</param>
internal sealed record WrkResult(long Requests, long Failed, double P50, double P99);

/// <summary>Keep-alive load by wrk, until it is told to stop.</summary>
internal sealed class Wrk : IAsyncDisposable
{
    public const int Connections = 20;

    private const string Script =
        """
        done = function(summary, latency)
          local e = summary.errors
          io.write(string.format('{"Requests":%d,"Failed":%d,"P50":%.3f,"P99":%.3f}\n', summary.requests,
            e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
        end
        """;

    private const int Interrupt = 2;

    private readonly Process _process;

    private Wrk(Process process) => _process = process;

    public static async Task<Wrk> StartAsync(Edge edge, string domain)
    {
        var script = $"{edge.Folder}/report.lua";
        await File.WriteAllTextAsync(script, Script);
        var start = new ProcessStartInfo("wrk", ["-t", "1", "-c", $"{Connections}", "-d", "1h", "--timeout", "10s", "-s", script, "-H", $"Host: {domain}", $"http://{edge.Address}/"])
        {
            RedirectStandardOutput = true,
        };
        return new Wrk(Process.Start(start)!);
    }

    public static async Task<WrkResult> ForAsync(Edge edge, string domain, TimeSpan time)
    {
        await using var wrk = await StartAsync(edge, domain);
        await Task.Delay(time);
        return await wrk.StopAsync();
    }

    public async Task<WrkResult> StopAsync()
    {
        Signals.Send(_process.Id, Interrupt);
        var output = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return JsonSerializer.Deserialize<WrkResult>(output.Split('\n').Single(line => line.StartsWith('{')))!;
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
