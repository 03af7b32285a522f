using CodeB.EndToEnd.Tests.Topology;

namespace CodeB.EndToEnd.Tests.ThinPath;

public sealed class TraceTests(TopologyFixture topology)
{
    [Fact]
    public async Task A_deploy_is_one_trace_from_the_call_over_the_grain_and_the_steps_to_the_remote_commands()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var codeb = await OwnCodeB.CreateAsync(topology, "traced");
        var api = await codeb.StartAsync(
            $"OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Endpoint}", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_BSP_SCHEDULE_DELAY=200");
        var worb = new Worb(topology, "traced", "preview");
        await worb.CreateAsync(api);

        await worb.DeployAsync(api, "v1");

        OtlpReceiver.Span? command = null;
        await Shell.AwaitAsync("the deploy's root span and a remote command of its start-container", TimeSpan.FromSeconds(30), () =>
        {
            command = receiver.Received.FirstOrDefault(span => span.Name == "host.command" && Path(receiver, span).Contains("step start-container"));
            return Task.FromResult(command is not null && Path(receiver, command)[^1].Contains("/Deploy", StringComparison.Ordinal));
        });
        var path = Path(receiver, command!);
        Assert.Equal(["host.command", "step start-container", "runbook deploy"], path.Take(3));
        Assert.Contains(path.Skip(3).SkipLast(1), name => name.Contains("DeployAsync", StringComparison.Ordinal));
        var trace = receiver.Received.Where(span => span.Trace == command!.Trace).Select(span => span.Name).ToList();
        await worb.RemoveAsync();
        Assert.Equal(7, trace.Count(name => name.StartsWith("step ", StringComparison.Ordinal)));
    }

    /// <summary>The names from a span up to the oldest of its ancestors that has arrived, all in one trace.</summary>
    private static List<string> Path(OtlpReceiver receiver, OtlpReceiver.Span span)
    {
        var all = receiver.Received.ToLookup(s => (s.Trace, s.Id));
        var path = new List<string>();
        for (var at = span; at is not null; at = all[(at.Trace, at.Parent)].FirstOrDefault())
            path.Add(at.Name);
        return path;
    }
}
