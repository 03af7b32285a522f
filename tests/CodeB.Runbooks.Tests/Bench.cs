using System.Text.Json;
using CodeB.Domain.Operations;
using CodeB.Runbooks.Faults;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodeB.Runbooks.Tests;

/// <summary>A runner with its journal, watcher and list of what the steps did.</summary>
internal sealed class Bench : IProgress<OperationEvent>
{
    public static readonly Operation Fresh = new() { Id = "op-1", Target = "worb/production", StartedBy = "tester" };

    public ManualTime Time { get; } = new();

    public MemoryJournal Journal { get; } = new();

    /// <summary>What the steps did, in order: do:a, undo:a.</summary>
    public List<string> Did { get; } = [];

    public List<OperationEvent> Events { get; } = [];

    public RunbookRunner Runner(IFaultPoints? faults = null) => new(Time, NullLogger<RunbookRunner>.Instance, faults ?? FaultPoints.None);

    public Task<Operation> RunAsync(Runbook<Bench> runbook, CancellationToken cancel = default, CancellationToken stopping = default) =>
        Runner().RunAsync(runbook, this, Fresh, Journal, this, cancel, stopping);

    public Task<Operation> ResumeAsync(Runbook<Bench> runbook) => Runner().ResumeAsync(runbook, this, Journal.Last, Journal, this);

    public void Report(OperationEvent value) => Events.Add(value);

    /// <summary>A step that only notes that it was done and undone.</summary>
    public static Step<Bench> Note(string name) => new()
    {
        Name = name,
        Do = (bench, _, _) => bench.Noted($"do:{name}"),
        Undo = (bench, _, _) => bench.Noted($"undo:{name}"),
        Inspect = (_, _, _) => Task.FromResult($"would do {name}"),
    };

    public static Runbook<Bench> Book(params Step<Bench>[] steps) => new("deploy", steps);

    public Task Noted(string what)
    {
        Did.Add(what);
        return Task.CompletedTask;
    }
}

/// <summary>Keeps every write as JSON, as a database would, so that nothing is shared with the runner.</summary>
internal sealed class MemoryJournal : IJournal
{
    public List<string> Writes { get; } = [];

    /// <summary>The write, counted from 1, that fails; 0 for none.</summary>
    public int FailAt { get; set; }

    public Operation Last => JsonSerializer.Deserialize<Operation>(Writes[^1])!;

    public Task SaveAsync(Operation operation, CancellationToken cancellationToken)
    {
        if (FailAt > 0 && Writes.Count + 1 >= FailAt)
            throw new InvalidOperationException("stale ETag");
        Writes.Add(JsonSerializer.Serialize(operation));
        return Task.CompletedTask;
    }
}
