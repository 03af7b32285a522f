using System.Diagnostics;
using System.Text.Json;
using Grpc.Net.Client;

namespace CodeB.Bench.Grpc;

/// <summary>The other process of <see cref="GrpcBench"/>: calls for a while and prints how often per second.</summary>
internal static class GrpcBenchClient
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(4);
    private static readonly EchoMessage Message = new() { Text = "hello, world", Number = 42 };

    internal static async Task<int> RunAsync(string address)
    {
        using var channel = GrpcChannel.ForAddress(address);
        var client = new Echo.EchoClient(channel);
        await UnaryAsync(client, callers: 64, WarmUp);
        var figures = new Dictionary<string, double>
        {
            ["unary_64"] = await UnaryAsync(client, callers: 64, Measured),
            ["unary_1"] = await UnaryAsync(client, callers: 1, Measured),
        };
        await StreamAsync(client, WarmUp);
        figures["stream_messages"] = await StreamAsync(client, Measured);
        Console.WriteLine(JsonSerializer.Serialize(figures));
        return 0;
    }

    private static async Task<double> UnaryAsync(Echo.EchoClient client, int callers, TimeSpan duration)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            while (watch.Elapsed < duration)
            {
                await client.CallAsync(Message);
                count++;
            }

            return count;
        })));
        return Math.Round(counts.Sum() / watch.Elapsed.TotalSeconds);
    }

    private static async Task<double> StreamAsync(Echo.EchoClient client, TimeSpan duration)
    {
        using var call = client.Stream(Message);
        var watch = Stopwatch.StartNew();
        var count = 0;
        while (watch.Elapsed < duration && await call.ResponseStream.MoveNext(CancellationToken.None))
            count++;
        return Math.Round(count / watch.Elapsed.TotalSeconds);
    }
}
