namespace CodeB.Runbooks.Faults;

/// <summary>Called by the runner at every named point of a run, so that a test can stop the process exactly there.</summary>
public interface IFaultPoints
{
    /// <summary>What this throws ends the run at once: nothing is journalled or undone, as if the process had died.</summary>
    ValueTask HitAsync(string point, CancellationToken cancellationToken);
}

/// <summary>The names of the points, and the product's own <see cref="IFaultPoints"/>, which lets every run pass.</summary>
public static class FaultPoints
{
    /// <summary>The journal does not know of the step yet.</summary>
    public const string Before = "before";

    /// <summary>Journalled as running, its effect not begun.</summary>
    public const string BeforeDo = "before-do";

    /// <summary>The effect is done, the journal does not know it yet.</summary>
    public const string AfterDo = "after-do";

    /// <summary>Journalled as done or skipped.</summary>
    public const string After = "after";

    /// <summary>Journalled as undoing, nothing taken back yet.</summary>
    public const string BeforeUndo = "before-undo";

    /// <summary>Taken back, the journal does not know it yet.</summary>
    public const string AfterUndo = "after-undo";

    /// <summary>Journalled as undone.</summary>
    public const string Undone = "undone";

    public static IFaultPoints None { get; } = new Nothing();

    public static string Name(string runbook, string step, string point) => $"{runbook}/{step}/{point}";

    /// <summary>Every point a run of the runbook can pass, in the order of the steps; the undo's follow each step's own.</summary>
    public static IReadOnlyList<string> Of<TContext>(Runbook<TContext> runbook) =>
    [
        .. runbook.Steps.SelectMany(step =>
            (step.Undo is null ? [Before, BeforeDo, AfterDo, After] : new[] { Before, BeforeDo, AfterDo, After, BeforeUndo, AfterUndo, Undone })
            .Select(point => Name(runbook.Name, step.Name, point))),
    ];

    private sealed class Nothing : IFaultPoints
    {
        public ValueTask HitAsync(string point, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
