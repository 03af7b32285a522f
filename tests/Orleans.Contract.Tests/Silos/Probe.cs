using System.Collections.Concurrent;

namespace GrainContract.Silos;

/// <summary>What tests see of grains from outside of any call: events in order, and gates that hold a grain until opened.</summary>
public sealed class Probe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly ConcurrentQueue<string> _events = new();
    private readonly ConcurrentDictionary<string, object?> _objects = new();

    public IReadOnlyList<string> Events => [.. _events];

    /// <summary>The events of one grain, which names itself first in each.</summary>
    public string[] EventsOf(string key) => [.. _events.Where(e => e.StartsWith(key + " ", StringComparison.Ordinal)).Select(e => e[(key.Length + 1)..])];

    public void Record(string key, string what) => _events.Enqueue($"{key} {what}");

    public void Open(string gate) => Gate(gate).TrySetResult();

    /// <summary>For grains: until the test opens the gate.</summary>
    public Task Opened(string gate) => Gate(gate).Task.WaitAsync(Limit);

    public void Keep(string key, object? value) => _objects[key] = value;

    public object? Kept(string key) => _objects.GetValueOrDefault(key);

    public Task Recorded(string key, string what) => Eventually.HoldsAsync(
        $"{key} records '{what}'; it recorded [{string.Join(", ", EventsOf(key))}]", () => EventsOf(key).Contains(what));

    private TaskCompletionSource Gate(string name) =>
        _gates.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
