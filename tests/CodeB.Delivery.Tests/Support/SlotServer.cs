using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CodeB.Delivery.Tests.Support;

/// <summary>A tiny real server in a slot: says its word, answers a slow request when told to, echoes on a WebSocket.</summary>
internal sealed class SlotServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _slow = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SlotServer(WebApplication app) => _app = app;

    public static async Task<SlotServer> StartAsync(string word, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var server = new SlotServer(builder.Build());
        server._app.UseWebSockets();
        server._app.Run(context => server.AnswerAsync(context, word));
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Lets the slow requests be answered.</summary>
    public void FinishSlowRequests() => _slow.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        FinishSlowRequests();
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, string word)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[256];
            while ((await socket.ReceiveAsync(buffer, context.RequestAborted)).MessageType != WebSocketMessageType.Close)
                await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(word), WebSocketMessageType.Text, true, context.RequestAborted);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            return;
        }

        if (context.Request.Path == "/slow")
            await _slow.Task;
        await context.Response.WriteAsync(word);
    }
}
