using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CodeB.Bench.Grpc;

/// <summary>
/// gRPC calls per second over HTTP/2 without TLS on this machine: the server is this process, the client a process of its own.
/// </summary>
internal static class GrpcBench
{
    internal const string ClientCommand = "grpc-client";

    internal static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        await using var app = builder.Build();
        app.MapGrpcService<EchoService>();
        await app.StartAsync();

        var figures = JsonSerializer.Deserialize<Dictionary<string, double>>(await RunClientAsync(app.Urls.Single()))!;
        Console.WriteLine($"{"gRPC on one machine, client in its own process",-50} {"per second",12}");
        Console.WriteLine($"{"unary calls, 1 caller",-50} {figures["unary_1"],12:N0}");
        Console.WriteLine($"{"unary calls, 64 callers",-50} {figures["unary_64"],12:N0}");
        Console.WriteLine($"{"messages of one server stream",-50} {figures["stream_messages"],12:N0}");
        Console.WriteLine(JsonSerializer.Serialize(new { bench = "grpc", figures }));
        return 0;
    }

    /// <summary>This program again, as the client; it prints its figures as one JSON object.</summary>
    private static async Task<string> RunClientAsync(string address)
    {
        var self = Environment.ProcessPath!;
        var start = new ProcessStartInfo(self) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        start.ArgumentList.Add(ClientCommand);
        start.ArgumentList.Add(address);
        using var client = Process.Start(start)!;
        var output = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        return client.ExitCode == 0 ? output : throw new InvalidOperationException($"The client ended with {client.ExitCode}: {output}");
    }

    private sealed class EchoService : Echo.EchoBase
    {
        public override Task<EchoMessage> Call(EchoMessage request, ServerCallContext context) => Task.FromResult(request);

        public override async Task Stream(EchoMessage request, IServerStreamWriter<EchoMessage> responseStream, ServerCallContext context)
        {
            while (!context.CancellationToken.IsCancellationRequested)
                await responseStream.WriteAsync(request);
        }
    }
}
