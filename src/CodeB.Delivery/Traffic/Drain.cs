using CodeB.Delivery.Slots;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Traffic;

/// <summary>
/// Waits until nobody is served by a slot any more. A switch moves new requests alone: those under way and open WebSockets
/// stay on the old slot until they end, or until the slot's drain time, counted from the switch, has run out.
/// </summary>
/// <param name="host">The app server.</param>
/// <param name="time">The clock.</param>
public sealed class Drain(IHostSession host, TimeProvider time)
{
    /// <summary>The longest drain time that an installation may set.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>For the steps that wait: a little more than the longest drain time.</summary>
    public static readonly TimeSpan StepTimeout = Longest + TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>How many requests and WebSockets are open on a slot.</summary>
    public async Task<int> OpenAsync(SlotPlace place, CancellationToken cancellationToken)
    {
        var connections = await host.RunAsync(EdgeCommands.Connections(place.Port), cancellationToken: cancellationToken);
        return connections.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
    }

    /// <summary>Returns when the slot may be stopped; what is still open then is cut off, and the report says so.</summary>
    /// <param name="place">The slot.</param>
    /// <param name="since">When it lost the traffic; null where it never had any, and then nothing is waited for.</param>
    /// <param name="drainTime">How long after that its requests may take.</param>
    /// <param name="report">Told what is waited for, and how it ended.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task WaitAsync(
        SlotPlace place, DateTimeOffset? since, TimeSpan drainTime, Action<string> report, CancellationToken cancellationToken)
    {
        if (since is not { } lost)
        {
            report($"{place.Word} never had the traffic");
            return;
        }

        int open;
        while ((open = await OpenAsync(place, cancellationToken)) > 0 && time.GetUtcNow() < lost + drainTime)
        {
            report($"waiting for {open} open requests on {place.Word}, until {(lost + drainTime).UtcDateTime:HH:mm:ss} UTC at most");
            await Task.Delay(Interval, time, cancellationToken);
        }

        report(open == 0
            ? $"nobody is served by {place.Word}"
            : $"{open} requests on {place.Word} are cut off {drainTime.TotalSeconds:0.#} s after the switch");
    }

    /// <summary>What a wait would find now, for a dry run.</summary>
    public async Task<string> InspectAsync(SlotPlace place, DateTimeOffset? since, TimeSpan drainTime, CancellationToken cancellationToken)
    {
        if (since is not { } lost)
            return $"{place.Word} never had the traffic";
        var open = await OpenAsync(place, cancellationToken);
        return open > 0 && time.GetUtcNow() < lost + drainTime
            ? $"would wait for {open} open requests on {place.Word}, until {(lost + drainTime).UtcDateTime:HH:mm:ss} UTC at most"
            : $"{open} requests are open on {place.Word}";
    }
}
