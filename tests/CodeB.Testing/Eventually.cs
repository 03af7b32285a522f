using System.Diagnostics;

namespace CodeB.Testing;

/// <summary>The one place where tests wait: for a condition, with a limit that says what was awaited.</summary>
public static class Eventually
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until the condition holds, at most 10 s or the given time.</summary>
    /// <exception cref="TimeoutException">It did not hold in time; the message says what was awaited.</exception>
    public static async Task HoldsAsync(string what, Func<Task<bool>> condition, TimeSpan? limit = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > (limit ?? TimeSpan.FromSeconds(10)))
                throw new TimeoutException($"waited {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s in vain until {what}");
            await Task.Delay(Step);
        }
    }

    /// <inheritdoc cref="HoldsAsync(string, Func{Task{bool}}, TimeSpan?)"/>
    public static Task HoldsAsync(string what, Func<bool> condition, TimeSpan? limit = null) =>
        HoldsAsync(what, () => Task.FromResult(condition()), limit);
}
