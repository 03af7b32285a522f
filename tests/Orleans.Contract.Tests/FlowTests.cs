using GrainContract.Grains;
using GrainContract.Silos;

namespace GrainContract;

public sealed class FlowTests(PlainSilo fixture) : IClassFixture<PlainSilo>
{
    private readonly Probe _probe = fixture.Silo.Probe;
    private readonly string _key = Guid.NewGuid().ToString("N");

    private IFlowGrain Grain => fixture.Silo.Grains.GetGrain<IFlowGrain>(_key);

    [Fact]
    public async Task The_request_context_flows_to_the_grain_and_on_to_those_it_calls()
    {
        RequestContext.Set("who", "Ada");
        Assert.Equal("Ada", await Grain.ContextAsync([]));
        Assert.Equal("Ada", await Grain.ContextAsync([_key + "b", _key + "c"]));
        RequestContext.Clear();
        Assert.Null(await Grain.ContextAsync([]));
    }

    [Fact]
    public async Task What_a_grain_sets_in_the_request_context_reaches_neither_caller_nor_the_next_request()
    {
        await Grain.SetContextAsync("Bob");
        Assert.Null(RequestContext.Get("who"));
        Assert.Null(await Grain.ContextAsync([]));
    }

    [Fact]
    public async Task A_cancellation_reaches_the_grain_and_its_caller()
    {
        using var cancellation = new CancellationTokenSource();
        var call = Grain.HoldAsync(cancellation.Token);
        await _probe.Recorded(_key, "holds");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _probe.Recorded(_key, "cancelled");
    }

    [Fact]
    public async Task A_caller_that_cancels_does_not_wait_for_a_grain_that_ignores_it()
    {
        using var cancellation = new CancellationTokenSource();
        var call = Grain.IgnoreAsync(_key, cancellation.Token);
        await _probe.Recorded(_key, "ignores");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.DoesNotContain("ends", _probe.EventsOf(_key));
        _probe.Open(_key);
        await _probe.Recorded(_key, "ends");
    }

    [Fact]
    public async Task A_request_cancelled_while_it_waits_ends_at_its_caller_and_does_not_hold_the_grain()
    {
        using var cancellation = new CancellationTokenSource();
        var first = Grain.IgnoreAsync(_key, CancellationToken.None);
        await _probe.Recorded(_key, "ignores");
        var waiting = Grain.HoldAsync(cancellation.Token);
        await Grain.PingAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        _probe.Open(_key);
        await first;
        Assert.Equal(3, await Grain.AddAsync(1, 2, CancellationToken.None));
        // Orleans starts it with its token cancelled, the embedded stack not at all.
        var events = _probe.EventsOf(_key);
        Assert.Equal(events.Contains("holds"), events.Contains("cancelled"));
    }

    [Fact]
    public async Task A_call_with_a_cancelled_token_does_not_reach_the_grain()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Grain.HoldAsync(new CancellationToken(canceled: true)));
        await Grain.PingAsync();
        Assert.Equal(3, await Grain.AddAsync(1, 2, CancellationToken.None));
        Assert.Empty(_probe.EventsOf(_key));
    }

    [Fact]
    public async Task A_stream_brings_all_items_in_order()
    {
        var numbers = new List<int>();
        await foreach (var number in Grain.CountAsync(1000, CancellationToken.None)) numbers.Add(number);
        Assert.Equal(Enumerable.Range(1, 1000), numbers);
        Assert.Equal(["stream ended"], _probe.EventsOf(_key));
    }

    [Fact]
    public async Task A_stream_brings_what_there_is_before_it_is_complete()
    {
        await using var stream = Grain.HoldStreamAsync(_key, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal(1, stream.Current);
        Assert.Empty(_probe.EventsOf(_key));

        _probe.Open(_key);
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal(2, stream.Current);
        Assert.False(await stream.MoveNextAsync());
    }

    [Fact]
    public async Task A_grain_answers_others_while_its_stream_is_read()
    {
        await using var stream = Grain.HoldStreamAsync(_key, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
        var next = stream.MoveNextAsync().AsTask();
        Assert.Equal(3, await Grain.AddAsync(1, 2, CancellationToken.None));
        Assert.False(next.IsCompleted);
        _probe.Open(_key);
        Assert.True(await next);
    }

    [Fact]
    public async Task A_cancelled_stream_ends_at_the_reader_and_in_the_grain()
    {
        using var cancellation = new CancellationTokenSource();
        var read = Task.Run(async () =>
        {
            await foreach (var number in Grain.HoldStreamAsync(_key, cancellation.Token)) _probe.Record(_key, $"got {number}");
        });
        await _probe.Recorded(_key, "got 1");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await _probe.Recorded(_key, "stream cancelled");
    }

    [Fact]
    public async Task A_token_given_to_the_reader_cancels_the_stream_too()
    {
        using var cancellation = new CancellationTokenSource();
        var read = Task.Run(async () =>
        {
            await foreach (var number in Grain.HoldStreamAsync(_key, CancellationToken.None).WithCancellation(cancellation.Token))
            {
                _probe.Record(_key, $"got {number}");
            }
        });
        await _probe.Recorded(_key, "got 1");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await _probe.Recorded(_key, "stream cancelled");
    }

    [Fact]
    public async Task A_reader_that_leaves_early_ends_the_stream_in_the_grain()
    {
        await foreach (var number in Grain.CountAsync(100_000, CancellationToken.None))
        {
            if (number == 5) break;
        }

        await _probe.Recorded(_key, "stream ended");
    }

    [Fact]
    public async Task An_exception_in_a_stream_reaches_the_reader_after_the_items_before_it()
    {
        var numbers = new List<int>();
        var error = await Assert.ThrowsAsync<BrokenException>(async () =>
        {
            await foreach (var number in Grain.BreakAsync(2)) numbers.Add(number);
        });
        Assert.Equal("in the middle", error.Message);
        Assert.Equal([1, 2], numbers);
    }

    [Fact]
    public async Task The_items_of_a_stream_are_copies()
    {
        var counts = new List<int>();
        await foreach (var parcel in Grain.ParcelsAsync())
        {
            counts.Add(parcel.Items.Count);
            parcel.Items.Clear();
        }

        Assert.Equal([1, 1], counts);
    }
}
