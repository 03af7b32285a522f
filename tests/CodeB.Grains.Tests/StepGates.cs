using System.Collections.Concurrent;

namespace CodeB.Grains.Tests;

/// <summary>Lets a test hold the steps of one counter grain's runbook, and see what they did.</summary>
public sealed class StepGates
{
    private static readonly ConcurrentDictionary<string, StepGates> ByKey = new();

    private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<string> Effects { get; } = new();

    public TaskCompletionSource Reached { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static StepGates Of(string key) => ByKey.GetOrAdd(key, _ => new StepGates());

    public async Task PassAsync(CancellationToken cancellationToken)
    {
        Reached.TrySetResult();
        await _open.Task.WaitAsync(cancellationToken);
    }

    public void Open() => _open.TrySetResult();

    public void Rearm()
    {
        Reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
