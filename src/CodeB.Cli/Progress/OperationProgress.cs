using CodeB.V1;
using Google.Protobuf.WellKnownTypes;

namespace CodeB.Cli.Progress;

/// <summary>What is known of an operation while it is followed: the updates, added up.</summary>
internal sealed class OperationProgress
{
    private readonly List<Step> _steps = [];

    /// <summary>As the last update with the whole operation had it.</summary>
    public Operation? Operation { get; private set; }

    public Plan? Plan { get; private set; }

    public OperationState State { get; private set; }

    /// <summary>In the order in which they run.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>The finished operation itself has arrived, not only the news that it finished.</summary>
    public bool IsFinished => Operation?.State is OperationState.Succeeded or OperationState.Undone or OperationState.Failed;

    /// <summary>Takes an update in.</summary>
    /// <returns>The steps that came to another state, in order; progress within a state is none.</returns>
    public IReadOnlyList<Step> Apply(OperationUpdate update)
    {
        switch (update.UpdateCase)
        {
            case OperationUpdate.UpdateOneofCase.Operation:
                Operation = update.Operation;
                State = update.Operation.State;
                return [.. update.Operation.Steps.Where(Apply)];
            case OperationUpdate.UpdateOneofCase.Event:
                return Apply(update.Event);
            case OperationUpdate.UpdateOneofCase.Plan:
                Plan = update.Plan;
                return [];
            default:
                return [];
        }
    }

    private List<Step> Apply(OperationEvent item)
    {
        if (item.State != OperationState.Unspecified)
            State = item.State;
        if (item.Step.Length == 0)
            return [];
        var known = _steps.Find(step => step.Name == item.Step) ?? new Step { Name = item.Step };
        var next = known.Clone();
        if (item.StepState != StepState.Unspecified)
            next.State = item.StepState;
        if (item.Message.Length > 0)
            next.Detail = item.Message;
        next.BytesDone = Math.Max(known.BytesDone, item.BytesDone);
        next.BytesTotal = item.BytesTotal > 0 ? item.BytesTotal : known.BytesTotal;
        SetTimes(next, known.State, item.At);
        return Apply(next) ? [next] : [];
    }

    private bool Apply(Step step)
    {
        var at = _steps.FindIndex(known => known.Name == step.Name);
        if (at < 0)
        {
            _steps.Add(step);
            return step.State is not (StepState.Unspecified or StepState.Pending);
        }

        var changed = _steps[at].State != step.State;
        _steps[at] = step;
        return changed;
    }

    private static void SetTimes(Step step, StepState before, Timestamp? at)
    {
        if (step.State == before)
            return;
        if (step.State is StepState.Running or StepState.Undoing)
            step.StartedAt = at;
        else
            step.FinishedAt = at;
    }
}
