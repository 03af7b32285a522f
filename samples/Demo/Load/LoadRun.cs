using System.Diagnostics;

namespace Demo.Load;

/// <summary>Requests over a number of kept connections, one after the other on each, until it is stopped.</summary>
internal sealed class LoadRun
{
    private const int WriteEvery = 10;

    // Leaves the machine, which is server, database and client at once, some air.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    private readonly Lock _lock = new();
    private readonly Dictionary<Phase, Dictionary<string, int>> _counts = new() { [Phase.Before] = [], [Phase.During] = [], [Phase.After] = [] };
    private readonly Site _site;
    private readonly Task _workers;
    private readonly CancellationToken _cancellation;
    private volatile Phase _phase;
    private volatile bool _stopping;
    private int _started, _failed, _wentBack, _writes, _connections;
    private double _slowest;
    private string _firstFailure = "";

    private LoadRun(Site site, int connections, CancellationToken cancellationToken)
    {
        _site = site;
        _cancellation = cancellationToken;
        _workers = Task.WhenAll(Enumerable.Range(0, connections).Select(worker => Task.Run(() => WorkAsync(worker), CancellationToken.None)));
    }

    private enum Phase
    {
        Before,
        During,
        After,
    }

    public static LoadRun Start(Site site, int connections, CancellationToken cancellationToken) => new(site, connections, cancellationToken);

    /// <summary>The switch is asked for now.</summary>
    public void SwitchBegins() => _phase = Phase.During;

    /// <summary>The switch was reported done: what is sent from now on belongs to the new version.</summary>
    public void SwitchEnded() => _phase = Phase.After;

    /// <summary>Returns when that many more were answered, one way or the other.</summary>
    public async Task AnswersAsync(int count, CancellationToken cancellationToken)
    {
        var target = Answered() + count;
        while (Answered() < target)
            await Task.Delay(Pause, cancellationToken);
    }

    /// <summary>Lets every request that is under way end.</summary>
    public async Task<LoadReport> StopAsync()
    {
        _stopping = true;
        await _workers;
        return new(
            _started, Served(), _failed, _counts[Phase.Before], _counts[Phase.During], _counts[Phase.After],
            _wentBack, _writes, _connections, Math.Round(_slowest, 1), _firstFailure);
    }

    private async Task WorkAsync(int worker)
    {
        using var client = _site.Connect(() => Interlocked.Increment(ref _connections));
        string? first = null, last = null;
        for (var i = 1; !_stopping && !_cancellation.IsCancellationRequested; i++)
        {
            var (phase, began) = (_phase, Stopwatch.GetTimestamp());
            var isWrite = i % WriteEvery == 0;
            Interlocked.Increment(ref _started);
            try
            {
                var answer = isWrite
                    ? await Site.SignAsync(client, $"worker {worker}", $"request {i}", _cancellation)
                    : await Site.PageAsync(client, _cancellation);
                first ??= answer.Version;
                var wentBack = last is not null && last != first && answer.Version == first;
                last = answer.Version;
                Count(phase, answer, isWrite, wentBack, Stopwatch.GetElapsedTime(began));
            }
            catch (Exception) when (_cancellation.IsCancellationRequested)
            {
                // Given up by Ctrl-C and not failed by anybody: it does not count.
                Interlocked.Decrement(ref _started);
            }
            catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
            {
                Fail($"{error.GetType().Name}: {error.Message}");
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private void Count(Phase began, Answer answer, bool isWrite, bool wentBack, TimeSpan time)
    {
        if (answer.Status != 200 || answer.Version.Length == 0)
        {
            Fail($"status {answer.Status}: {answer.Body[..Math.Min(answer.Body.Length, 200)]}");
            return;
        }

        lock (_lock)
        {
            // One that was sent before and answered after the switch began may be of either version.
            var phase = began == _phase ? began : Phase.During;
            _counts[phase][answer.Version] = _counts[phase].GetValueOrDefault(answer.Version) + 1;
            _wentBack += wentBack ? 1 : 0;
            _writes += isWrite ? 1 : 0;
            _slowest = Math.Max(_slowest, time.TotalMilliseconds);
        }
    }

    private void Fail(string what)
    {
        lock (_lock)
        {
            _failed++;
            _firstFailure = _firstFailure.Length > 0 ? _firstFailure : what;
        }
    }

    private int Served() => _counts.Values.Sum(versions => versions.Values.Sum());

    private int Answered()
    {
        lock (_lock)
            return Served() + _failed;
    }
}
