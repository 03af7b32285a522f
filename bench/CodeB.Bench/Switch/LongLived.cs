using System.Net.WebSockets;
using System.Text;

namespace CodeB.Bench.Switch;

/// <summary>What a switch must leave alone: WebSockets that were opened before it, and requests that take their time.</summary>
internal sealed class LongLived : IAsyncDisposable
{
    public const int Sockets = 50;
    public const int SlowRequests = 50;

    private static readonly TimeSpan EchoEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EchoWithin = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _done = new();
    private readonly List<ClientWebSocket> _sockets = [];
    private readonly HttpClient _client;
    private Task<bool>[] _echoes = [];
    private Task<(int Answered, int Failed)>[] _slow = [];

    private LongLived(Edge edge, string domain) => _client = new HttpClient
    {
        BaseAddress = new Uri($"http://{edge.Address}"),
        DefaultRequestHeaders = { Host = domain },
        Timeout = TimeSpan.FromSeconds(20),
    };

    public static async Task<LongLived> StartAsync(Edge edge, string domain)
    {
        var all = new LongLived(edge, domain);
        for (var i = 0; i < Sockets; i++)
        {
            var socket = new ClientWebSocket();
            all._sockets.Add(socket);
            socket.Options.SetRequestHeader("Host", domain);
            await socket.ConnectAsync(new Uri($"ws://{edge.Address}/ws"), CancellationToken.None);
        }

        all._echoes = [.. all._sockets.Select(all.EchoAsync)];
        all._slow = [.. Enumerable.Range(0, SlowRequests).Select(_ => all.AskSlowlyAsync())];
        return all;
    }

    /// <summary>Ends both, with a last echo from every WebSocket.</summary>
    public async Task<(int SocketsLost, int SlowAnswered, int SlowFailed)> StopAsync()
    {
        await _done.CancelAsync();
        var kept = await Task.WhenAll(_echoes);
        var slow = await Task.WhenAll(_slow);
        return (kept.Count(echoes => !echoes), slow.Sum(s => s.Answered), slow.Sum(s => s.Failed));
    }

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        foreach (var socket in _sockets)
            socket.Dispose();
        _client.Dispose();
        _done.Dispose();
    }

    /// <summary>True where every echo came, the last one after the end of all switches, and always from the slot that took the socket.</summary>
    private async Task<bool> EchoAsync(ClientWebSocket socket)
    {
        try
        {
            var first = await EchoOnceAsync(socket);
            while (!_done.IsCancellationRequested)
            {
                await Task.Delay(EchoEvery, _done.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (await EchoOnceAsync(socket) != first)
                    return false;
            }

            return true;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<string> EchoOnceAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(EchoWithin);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, limit.Token);
        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer, limit.Token);
        return received.MessageType == WebSocketMessageType.Text
            ? Encoding.UTF8.GetString(buffer, 0, received.Count)
            : throw new WebSocketException("closed by the other side");
    }

    private async Task<(int Answered, int Failed)> AskSlowlyAsync()
    {
        var (answered, failed) = (0, 0);
        while (!_done.IsCancellationRequested)
        {
            try
            {
                _ = await _client.GetStringAsync("/slow", CancellationToken.None) is "blue" or "green" ? answered++ : failed++;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                failed++;
            }
        }

        return (answered, failed);
    }
}
