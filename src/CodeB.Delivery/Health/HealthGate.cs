using CodeB.Delivery.Containers;
using CodeB.Delivery.Slots;
using CodeB.Domain.Errors;
using CodeB.Domain.Secrets;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Health;

/// <summary>Waits until a slot's container is healthy, asked on its own server.</summary>
public sealed class HealthGate(IHostSession host, DeliverySettings settings, TimeProvider time)
{
    internal const int LogLines = 20;
    private const int MostRestarts = 3;

    private readonly ContainerEngine _engine = new(host, settings.Containers);

    /// <summary>Returns the number of requests that it took.</summary>
    /// <param name="place">The slot.</param>
    /// <param name="check">What healthy means.</param>
    /// <param name="redaction">Takes secrets out of the error.</param>
    /// <param name="report">Told each new finding.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="DomainException">
    /// FailedPrecondition: the container ended, restarts over and over, or is not healthy in time; with its last answer and
    /// its last log lines.
    /// </exception>
    public async Task<int> WaitAsync(
        SlotPlace place, HealthCheck check, Redaction redaction, Action<string> report, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var (good, last) = (0, default(HttpAnswer));
        for (var requests = 1; ; requests++)
        {
            var answer = await AskAsync(place, check, cancellationToken);
            good = answer.Status == check.ExpectedStatus ? good + 1 : 0;
            if (good >= check.Successes)
                return requests;
            if (answer.Status != last.Status || requests == 1)
                report($"{place.ContainerName}: {answer}");
            last = answer;

            if (good == 0 && await EndedAsync(place, cancellationToken) is { } end)
                throw await FailureAsync(place, end, last, redaction, cancellationToken);
            if (time.GetElapsedTime(began) >= check.Timeout)
            {
                throw await FailureAsync(
                    place, $"is not healthy after {check.Timeout.TotalSeconds:0.#} s", last, redaction, cancellationToken);
            }

            await Task.Delay(check.Interval, time, cancellationToken);
        }
    }

    /// <summary>One request.</summary>
    public Task<HttpAnswer> AskAsync(SlotPlace place, HealthCheck check, CancellationToken cancellationToken) =>
        host.GetAsync($"http://{TrafficAddress(place)}{check.Path}", check.RequestTimeout, cancellationToken: cancellationToken);

    private static string TrafficAddress(SlotPlace place) => $"127.0.0.1:{place.Port}";

    private async Task<string?> EndedAsync(SlotPlace place, CancellationToken cancellationToken) =>
        await _engine.FindAsync(place.ContainerName, cancellationToken) switch
        {
            null => "is gone",
            { Status: "exited" or "stopped" or "dead" } ended => $"ended with exit code {ended.ExitCode}",
            { RestartCount: >= MostRestarts } looping => $"has ended and been restarted {looping.RestartCount} times",
            _ => null,
        };

    private async Task<DomainException> FailureAsync(
        SlotPlace place, string what, HttpAnswer last, Redaction redaction, CancellationToken cancellationToken)
    {
        var log = await _engine.LogsAsync(place.ContainerName, LogLines, redaction, cancellationToken);
        var body = last.Body.Length is > 0 and <= 500 ? $" ({last.Body.Trim()})" : "";
        var text = $"{host.Server.Name}: container {place.ContainerName} {what}; last answer: {last}{body}; "
            + (log.Length == 0 ? "its log is empty" : $"the end of its log:\n{log}");
        return DomainException.Precondition(redaction.Apply(text));
    }
}
