using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CodeB.Bench.Switch;

/// <summary>What runs in a slot, a process of its own: says its word, takes 2 s where asked to, echoes on a WebSocket.</summary>
internal static class Upstream
{
    public const string Command = "switch-upstream";

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(string word, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(context => AnswerAsync(context, word));
        await app.RunAsync();
        return 0;
    }

    private static async Task AnswerAsync(HttpContext context, string word)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[64];
            while ((await socket.ReceiveAsync(buffer, context.RequestAborted)).MessageType != WebSocketMessageType.Close)
                await socket.SendAsync(Encoding.UTF8.GetBytes(word), WebSocketMessageType.Text, true, context.RequestAborted);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            return;
        }

        if (context.Request.Path == "/slow")
            await Task.Delay(Slow, context.RequestAborted);
        await context.Response.WriteAsync(word, context.RequestAborted);
    }
}
