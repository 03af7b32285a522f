using System.Diagnostics;
using Demo.Output;

namespace Demo.Steps;

/// <summary>The steps in their order. The first that fails ends the story; the last one runs in any case.</summary>
internal sealed class Story(IReadOnlyList<Step> steps, Step last)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly int _count = steps.Count + 1;

    public async Task<IReadOnlyList<StepResult>> RunAsync(Screen screen, CancellationToken stop)
    {
        var results = new List<StepResult>();
        foreach (var step in steps)
        {
            results.Add(results.All(result => result.Passed) && !stop.IsCancellationRequested
                ? await RunAsync(step, results.Count + 1, screen, stop)
                : new(step.Name, StepState.NotRun, TimeSpan.Zero, null, "not run"));
        }

        results.Add(await RunAsync(last, _count, screen, CancellationToken.None));
        return results;
    }

    private async Task<StepResult> RunAsync(Step step, int number, Screen screen, CancellationToken stop)
    {
        screen.Heading($"[{number}/{_count}] {step.Name}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Limit);
        var began = Stopwatch.GetTimestamp();
        var result = new StepResult(step.Name, StepState.Failed, TimeSpan.Zero, null, "");
        try
        {
            var outcome = await step.RunAsync(limit.Token);
            result = result with { State = StepState.Passed, Bytes = outcome.Bytes, Detail = outcome.Detail };
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            result = result with { State = StepState.Interrupted, Detail = "interrupted" };
        }
        catch (Exception error)
        {
            var cause = error is OperationCanceledException && limit.IsCancellationRequested
                ? $"not finished after {Limit.TotalSeconds:0} s: {error.Message}"
                : error is StepException ? error.Message : $"{error.GetType().Name}: {error.Message}";
            result = result with { Detail = screen.Clean(cause) };
        }

        result = result with { Time = Stopwatch.GetElapsedTime(began) };
        screen.Result(result);
        return result;
    }
}
