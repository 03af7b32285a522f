using System.Globalization;
using CodeB.Domain.Errors;
using CodeB.Domain.Operations;

namespace CodeB.Runbooks.Running;

/// <summary>Bounds a step's work in time.</summary>
internal static class TimeLimit
{
    /// <summary>How long a step may take to answer to its cancellation before the run goes on without it.</summary>
    public static readonly TimeSpan ToAnswer = TimeSpan.FromSeconds(10);

    /// <exception cref="DomainException">DeadlineExceeded, naming the operation and the limit.</exception>
    public static async Task RunAsync(
        Func<CancellationToken, Task> work, TimeSpan limit, Operation operation, TimeProvider time, CancellationToken outer)
    {
        if (limit == Timeout.InfiniteTimeSpan)
        {
            await work(outer);
            return;
        }

        using var timeout = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(outer, timeout.Token);
        var task = work(linked.Token);
        try
        {
            await task.WaitAsync(limit + ToAnswer, time);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            _ = task.ContinueWith(late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new StuckStepException($"{Limit(limit, operation)}; it did not answer to its cancellation and may still be at work");
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !outer.IsCancellationRequested)
        {
            throw new DomainException(ErrorCode.DeadlineExceeded, Limit(limit, operation), inner: e);
        }
        catch (Exception e) when (timeout.IsCancellationRequested && !outer.IsCancellationRequested)
        {
            throw new DomainException(ErrorCode.DeadlineExceeded, $"{Limit(limit, operation)}: {StepError.Text(e)}", inner: e);
        }
    }

    private static string Limit(TimeSpan limit, Operation operation) =>
        $"not finished within its limit of {limit.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s ({operation.Kind} {operation.Target}, operation {operation.Id})";
}
