using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace CodeB.Runbooks;

/// <summary>Runbooks made of other runbooks' steps.</summary>
public static class Composition
{
    /// <summary>The step of that name, to be used in another runbook.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Step<TContext> Step<TContext>(this Runbook<TContext> runbook, string name) =>
        runbook.Steps.FirstOrDefault(step => step.Name == name)
        ?? throw new ArgumentException($"The runbook {runbook.Name} has no step {name}; it has {string.Join(", ", runbook.Steps.Select(s => s.Name))}.", nameof(name));

    /// <summary>The same step over a context that holds the one it was written for.</summary>
    /// <param name="step">The step.</param>
    /// <param name="inner">Finds the step's own context.</param>
    /// <param name="prefix">
    /// Before the step's name and before the names of its facts, where a runbook uses the same steps twice or their facts have
    /// names that others have too. Empty: none.
    /// </param>
    public static Step<TOuter> Over<TOuter, TInner>(this Step<TInner> step, Func<TOuter, TInner> inner, string prefix = "") => new()
    {
        Name = prefix + step.Name,
        Timeout = step.Timeout,
        Do = (context, run, token) => step.Do(inner(context), Scoped(run, prefix), token),
        Undo = step.Undo is { } undo ? (context, run, token) => undo(inner(context), Scoped(run, prefix), token) : null,
        IsDone = step.IsDone is { } isDone ? (context, run, token) => isDone(inner(context), Scoped(run, prefix), token) : null,
        Inspect = (context, run, token) => step.Inspect(inner(context), Scoped(run, prefix), token),
    };

    /// <inheritdoc cref="Over{TOuter, TInner}(Step{TInner}, Func{TOuter, TInner}, string)"/>
    public static IEnumerable<Step<TOuter>> Over<TOuter, TInner>(
        this IEnumerable<Step<TInner>> steps, Func<TOuter, TInner> inner, string prefix = "") =>
        steps.Select(step => step.Over(inner, prefix));

    private static StepRun Scoped(StepRun run, string prefix) => prefix.Length == 0 ? run : new ScopedStep(run, prefix);

    /// <summary>A step's view in which its facts' names have a prefix that it does not see.</summary>
    private sealed class ScopedStep(StepRun run, string prefix) : StepRun
    {
        public override string OperationId => run.OperationId;

        public override IDictionary<string, string> Facts { get; } = new ScopedFacts(run.Facts, prefix);

        public override Task SaveAsync(CancellationToken cancellationToken) => run.SaveAsync(cancellationToken);

        public override void Report(string message) => run.Report(message);

        public override void Report(long bytesDone, long bytesTotal) => run.Report(bytesDone, bytesTotal);
    }

    private sealed class ScopedFacts(IDictionary<string, string> facts, string prefix) : IDictionary<string, string>
    {
        public int Count => Own().Count();

        public bool IsReadOnly => facts.IsReadOnly;

        public ICollection<string> Keys => [.. Own().Select(fact => fact.Key)];

        public ICollection<string> Values => [.. Own().Select(fact => fact.Value)];

        public string this[string key]
        {
            get => facts[prefix + key];
            set => facts[prefix + key] = value;
        }

        public void Add(string key, string value) => facts.Add(prefix + key, value);

        public void Add(KeyValuePair<string, string> item) => Add(item.Key, item.Value);

        public bool ContainsKey(string key) => facts.ContainsKey(prefix + key);

        public bool Contains(KeyValuePair<string, string> item) => TryGetValue(item.Key, out var value) && value == item.Value;

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => facts.TryGetValue(prefix + key, out value);

        public bool Remove(string key) => facts.Remove(prefix + key);

        public bool Remove(KeyValuePair<string, string> item) => Contains(item) && Remove(item.Key);

        public void Clear()
        {
            foreach (var key in Keys)
                Remove(key);
        }

        public void CopyTo(KeyValuePair<string, string>[] array, int arrayIndex) => Own().ToArray().CopyTo(array, arrayIndex);

        public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => Own().ToList().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private IEnumerable<KeyValuePair<string, string>> Own() => facts
            .Where(fact => fact.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(fact => KeyValuePair.Create(fact.Key[prefix.Length..], fact.Value));
    }
}
