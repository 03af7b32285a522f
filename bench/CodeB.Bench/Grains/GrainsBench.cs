using System.Diagnostics;
using System.Text.Json;
using CodeB.Server.ControlDatabase;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CodeB.Bench.Grains;

/// <summary>Grain calls within the silo, and states written to a real PostgreSQL, per second.</summary>
internal static class GrainsBench
{
    private const int Callers = 64;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync()
    {
        await using var postgres = await TemporaryPostgres.StartAsync();
        await ControlDatabaseSchema.ApplyAsync(postgres.ConnectionString);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering()
            .AddAdoNetGrainStorage("bench", options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = postgres.ConnectionString;
            }));
        using var host = builder.Build();
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IGrainFactory>();

        var figures = new Dictionary<string, double>
        {
            ["calls_1"] = await MeasureAsync(1, i => EchoOf(grains, i)),
            ["calls_64"] = await MeasureAsync(Callers, i => EchoOf(grains, i)),
            ["writes_64"] = await MeasureAsync(Callers, i => WriterOf(grains, i)),
        };
        await host.StopAsync();

        Console.WriteLine($"{"grains",-12}{"a second",12}   what");
        Print("calls_1", figures, "one caller, one grain");
        Print("calls_64", figures, "64 callers, a grain each");
        Print("writes_64", figures, "64 grains writing 200 bytes of state each to PostgreSQL, which syncs every commit");
        Console.WriteLine(JsonSerializer.Serialize(new { bench = "grains", figures }));
        return 0;
    }

    private static Func<Task> EchoOf(IGrainFactory grains, int caller)
    {
        var grain = grains.GetGrain<IEchoGrain>($"echo-{caller}");
        return () => grain.EchoAsync(1);
    }

    private static Func<Task> WriterOf(IGrainFactory grains, int caller)
    {
        var grain = grains.GetGrain<IWriterGrain>($"writer-{caller}");
        return () => grain.WriteAsync();
    }

    private static async Task<double> MeasureAsync(int callers, Func<int, Func<Task>> callOf)
    {
        var calls = Enumerable.Range(0, callers).Select(callOf).ToArray();
        await RunForAsync(calls, WarmUp);
        var clock = Stopwatch.StartNew();
        var count = await RunForAsync(calls, Measured);
        return Math.Round(count / clock.Elapsed.TotalSeconds);
    }

    private static async Task<long> RunForAsync(Func<Task>[] calls, TimeSpan time)
    {
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var counts = await Task.WhenAll(calls.Select(call => Task.Run(async () =>
        {
            var count = 0L;
            while (Stopwatch.GetTimestamp() < end)
            {
                await call();
                count++;
            }

            return count;
        })));
        return counts.Sum();
    }

    private static void Print(string name, Dictionary<string, double> figures, string what) =>
        Console.WriteLine($"{name,-12}{figures[name],12:N0}   {what}");
}
