namespace Grpc.Contract.Tests;

/// <summary>Waits with a limit that says what was awaited.</summary>
public static class Waiting
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task<T> Within<T>(this Task<T> task, string awaited)
    {
        await ((Task)task).Within(awaited);
        return await task;
    }

    public static async Task Within(this Task task, string awaited)
    {
        try
        {
            await task.WaitAsync(Limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Waited {Limit.TotalSeconds} s in vain for {awaited}.");
        }
    }

    /// <summary>Completes when the token is cancelled.</summary>
    public static Task Cancellation(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(cancelled.SetResult);
        return cancelled.Task;
    }

    /// <summary>Whether the task is still not done after a second, as a write that waits for its reader is.</summary>
    public static async Task<bool> IsHeldBack(this Task task)
    {
        try
        {
            await task.WaitAsync(TimeSpan.FromSeconds(1));
            return false;
        }
        catch (TimeoutException)
        {
            return true;
        }
    }
}
