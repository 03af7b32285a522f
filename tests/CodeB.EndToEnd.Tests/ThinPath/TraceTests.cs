using CodeB.Delivery.Runbooks;
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
        await worb.RemoveAsync();
        // The spans that are still on their way are sent at the end.
        await codeb.StopAsync();

        var run = Assert.Single(receiver.Received, span => span.Name == "runbook deploy");
        var trace = receiver.Received.Where(span => span.Trace == run.Trace).ToList();
        var steps = trace.Where(span => span.Parent == run.Id).ToList();
        Assert.Equal(
            DeployRunbook.Create().Steps.Select(step => $"step {step.Name}").Order(StringComparer.Ordinal),
            steps.Select(span => span.Name).Where(name => name.StartsWith("step ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        var start = Assert.Single(steps, span => span.Name == "step start-container");
        Assert.Contains(trace, span => span.Name == "host.command" && span.Parent == start.Id);

        var path = Above(run, trace);
        Assert.Equal(["runbook deploy", "ISlotPairGrain/DeployAsync", "ISlotPairGrain/DeployAsync"], path.Take(3).Select(span => span.Name));
        Assert.True(path.Count == 4 && path[3] is { Parent: "", IsServer: true }, string.Join(" < ", path));
    }

    /// <summary>The span and its ancestors as far as they are known.</summary>
    private static List<OtlpReceiver.Span> Above(OtlpReceiver.Span span, List<OtlpReceiver.Span> trace)
    {
        var path = new List<OtlpReceiver.Span>();
        for (var at = span; at is not null; at = trace.Find(other => other.Id == at.Parent))
            path.Add(at);
        return path;
    }
}
