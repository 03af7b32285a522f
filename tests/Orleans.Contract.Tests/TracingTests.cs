using System.Collections.Concurrent;
using System.Diagnostics;
using GrainContract.Grains;
using GrainContract.Silos;

namespace GrainContract;

public sealed class TracingTests(TracingTests.TracedSilo fixture) : IClassFixture<TracingTests.TracedSilo>, IDisposable
{
    private readonly ActivitySource _source = new("contract");
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener = new();
    private readonly string _key = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_call_is_a_span_at_the_caller_and_one_below_it_at_the_grain()
    {
        Listen();
        using (var root = _source.StartActivity("root"))
        {
            Assert.NotNull(root);
            await fixture.Silo.Grains.GetGrain<IChainGrain>(_key).CallAsync([]);
            var spans = await SpansOf(root, 2);
            var client = Assert.Single(spans, s => s.Kind == ActivityKind.Client);
            var server = Assert.Single(spans, s => s.Kind == ActivityKind.Server);

            Assert.Equal(root.SpanId, client.ParentSpanId);
            Assert.Equal(client.SpanId, server.ParentSpanId);
            Assert.Equal("IChainGrain/CallAsync", client.OperationName);
            Assert.Equal("Microsoft.Orleans.Application", client.Source.Name);
            Assert.Equal("orleans", client.GetTagItem("rpc.system.name"));
            Assert.EndsWith("IChainGrain/CallAsync", Assert.IsType<string>(client.GetTagItem("rpc.method")));
            Assert.EndsWith($"/{_key}", Assert.IsType<string>(client.GetTagItem("orleans.rpc.target_id")));
            Assert.Equal("IChainGrain/CallAsync", server.OperationName);
        }
    }

    [Fact]
    public async Task The_calls_of_a_grain_belong_to_the_trace_of_its_caller()
    {
        Listen();
        using var root = _source.StartActivity("root");
        Assert.NotNull(root);
        await fixture.Silo.Grains.GetGrain<IChainGrain>(_key).CallAsync([_key + "b"]);
        var spans = await SpansOf(root, 4);
        Assert.Equal(2, spans.Count(s => s.Kind == ActivityKind.Server));
    }

    [Fact]
    public async Task A_failed_call_is_a_failed_span()
    {
        Listen();
        using var root = _source.StartActivity("root");
        Assert.NotNull(root);
        await Assert.ThrowsAsync<BrokenException>(() => fixture.Silo.Grains.GetGrain<IBrittleGrain>(_key).BreakAsync("here"));
        var spans = await SpansOf(root, 2);
        Assert.All(spans, s => Assert.Equal(ActivityStatusCode.Error, s.Status));
        Assert.All(spans, s => Assert.Equal("here", s.GetTagItem("exception.message")));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    private async Task<List<Activity>> SpansOf(Activity root, int count)
    {
        List<Activity> Calls() => [.. _spans.Where(s => s.TraceId == root.TraceId && s.Source.Name == "Microsoft.Orleans.Application")];
        await Eventually.HoldsAsync($"{count} spans have ended", () => Calls().Count >= count);
        Assert.Equal(count, Calls().Count);
        return Calls();
    }

    private void Listen()
    {
        _listener.ShouldListenTo = source => source.Name.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal) || source == _source;
        _listener.Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded;
        _listener.ActivityStopped = _spans.Enqueue;
        ActivitySource.AddActivityListener(_listener);
    }

    public sealed class TracedSilo : SiloFixture
    {
        protected override void Configure(ISiloBuilder silo) => silo.AddActivityPropagation();
    }
}
