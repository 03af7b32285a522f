using System.Diagnostics;

namespace CodeB.EndToEnd.Tests.Topology;

/// <summary>Programs of this machine, and the one way in which tests wait.</summary>
public static class Shell
{
    public static async Task<Result> RunAsync(string program, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return new(process.ExitCode, (await output).TrimEnd(), (await errors).TrimEnd());
    }

    /// <summary>Asks again until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within the limit; the message says what was awaited.</exception>
    public static async Task AwaitAsync(string what, TimeSpan limit, Func<Task<bool>> condition)
    {
        var elapsed = Stopwatch.StartNew();
        while (!await condition())
        {
            if (elapsed.Elapsed > limit)
                throw new TimeoutException($"Not within {limit.TotalSeconds} s: {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    public sealed record Result(int Code, string Output, string Errors);
}
