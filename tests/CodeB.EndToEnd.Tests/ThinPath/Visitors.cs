using System.Collections.Concurrent;
using System.Net;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>Clients of the application that never stop asking, over connections that are kept open; every answer must be a version's.</summary>
internal sealed class Visitors : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _asking;
    private int _answers;

    public Visitors(Worb worb, int count)
    {
        _asking = Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(() => AskAsync(worb))));
    }

    public ConcurrentQueue<string> Failures { get; } = [];

    public int Answers => _answers;

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _asking;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task AskAsync(Worb worb)
    {
        using var browser = worb.Browser();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var answer = await browser.GetAsync(new Uri("/version", UriKind.Relative));
                var version = await answer.Content.ReadAsStringAsync();
                if (answer.StatusCode != HttpStatusCode.OK || version is not ("v1" or "v2"))
                    Failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {(int)answer.StatusCode} {version}");
                Interlocked.Increment(ref _answers);
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                Failures.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {error.Message}");
            }

            // Enough to hit every moment, and no load that would slow the kills down.
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }
}
