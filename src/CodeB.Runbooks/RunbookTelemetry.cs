using System.Diagnostics;
using System.Diagnostics.Metrics;
using CodeB.Domain.Operations;

namespace CodeB.Runbooks;

/// <summary>The spans and figures of every operation; durations in seconds.</summary>
public static class RunbookTelemetry
{
    /// <summary>Name of both the activity source and the meter.</summary>
    public const string Name = "CodeB.Runbooks";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> OperationDuration =
        Meter.CreateHistogram<double>("codeb.operation.duration", "s", "From an operation's start or resume to its end.");

    private static readonly Histogram<double> StepDuration =
        Meter.CreateHistogram<double>("codeb.step.duration", "s", "One step's Do or Undo.");

    internal static Activity? StartOperation(Operation operation) =>
        Tagged(Source.StartActivity($"runbook {operation.Kind}"), operation);

    internal static Activity? StartStep(Operation operation, string step, bool undo) =>
        Tagged(Source.StartActivity(undo ? $"undo {step}" : $"step {step}"), operation)?.SetTag("codeb.step", step);

    internal static void Ended(Activity? activity, Operation operation, TimeSpan duration)
    {
        OperationDuration.Record(
            duration.TotalSeconds,
            new KeyValuePair<string, object?>("kind", operation.Kind),
            new KeyValuePair<string, object?>("state", operation.State.ToString()));
        Close(activity, operation.State.ToString(), operation.Error);
    }

    internal static void StepEnded(Activity? activity, Operation operation, StepRecord step, TimeSpan duration, string error)
    {
        StepDuration.Record(
            duration.TotalSeconds,
            new KeyValuePair<string, object?>("kind", operation.Kind),
            new KeyValuePair<string, object?>("step", step.Name),
            new KeyValuePair<string, object?>("state", step.State.ToString()));
        Close(activity, step.State.ToString(), error);
    }

    private static void Close(Activity? activity, string state, string error)
    {
        activity?.SetTag("codeb.state", state);
        if (error.Length > 0)
            activity?.SetStatus(ActivityStatusCode.Error, error);
    }

    private static Activity? Tagged(Activity? activity, Operation operation) => activity?
        .SetTag("codeb.operation.id", operation.Id)
        .SetTag("codeb.operation.kind", operation.Kind)
        .SetTag("codeb.operation.target", operation.Target);
}
