using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>
/// The deadline of one call. Either the call completes first, and the deadline never fires; or it fires first, and the call
/// waits for it to have answered the client before it ends.
/// </summary>
internal sealed class ServerDeadline
{
    private readonly Lock _gate = new();
    private readonly HttpContextServerCallContext _call;
    private readonly CancellationTokenSource _cancellation;
    private readonly Timer _timer;
    private TaskCompletionSource? _exceeded;
    private bool _completed;

    internal ServerDeadline(HttpContextServerCallContext call, TimeSpan timeout)
    {
        _call = call;
        Time = DateTime.UtcNow + timeout;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(call.HttpContext.RequestAborted);
        using (ExecutionContext.SuppressFlow())
            _timer = new Timer(static state => _ = ((ServerDeadline)state!).OnTimerAsync(), this, Timeout.Infinite, Timeout.Infinite);
        _timer.Change(Wait(timeout), Timeout.InfiniteTimeSpan);
    }

    /// <summary>UTC.</summary>
    internal DateTime Time { get; }

    /// <summary>Cancelled when the deadline passes or the client is gone.</summary>
    internal CancellationToken CancellationToken => _cancellation.Token;

    internal bool IsExceeded => Volatile.Read(ref _exceeded) is not null;

    /// <summary>Ends the call's race with the deadline: true when the call was first.</summary>
    internal async ValueTask<bool> TryCompleteAsync()
    {
        Task? exceeded;
        lock (_gate)
        {
            exceeded = _exceeded?.Task;
            _completed = true;
        }

        if (exceeded is not null)
            await exceeded;
        _timer.Dispose();
        _cancellation.Dispose();
        return exceeded is null;
    }

    private async Task OnTimerAsync()
    {
        lock (_gate)
        {
            if (_completed)
                return;
            var left = Time - DateTime.UtcNow;
            if (left > TimeSpan.Zero)
            {
                _timer.Change(Wait(left), Timeout.InfiniteTimeSpan);
                return;
            }

            _exceeded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        try
        {
            await _call.AnswerDeadlineExceededAsync();
            _cancellation.Cancel();
        }
        catch (Exception exception)
        {
            ServerLog.DeadlineFailed(_call.Logger, exception);
        }
        finally
        {
            _exceeded.SetResult();
        }
    }

    private static TimeSpan Wait(TimeSpan left) => left < Wire.MaxTimerWait ? left : Wire.MaxTimerWait;
}
