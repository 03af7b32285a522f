using CodeB.Grains.Abstractions.Operations;
using Model = CodeB.Domain.Operations;

namespace CodeB.Server.Api.Operations;

/// <summary>Operations, from the domain's records to the API's messages.</summary>
internal static class OperationMapping
{
    public static V1.Operation ToProto(this Model.Operation operation)
    {
        var proto = new V1.Operation
        {
            Id = operation.Id,
            Kind = operation.Kind,
            Target = operation.Target,
            StartedBy = operation.StartedBy,
            StartedAt = operation.StartedAt.ToProto(),
            FinishedAt = operation.FinishedAt.ToProto(),
            State = operation.State.ToProto(),
            Error = operation.Error,
            ErrorCode = operation.ErrorCode,
            Resumed = operation.Resumed,
        };
        proto.Steps.AddRange(operation.Steps.Select(ToProto));
        proto.NotUndone.AddRange(operation.NotUndone);
        foreach (var (name, value) in operation.Facts)
            proto.Facts.Add(name, value);
        return proto;
    }

    public static V1.OperationUpdate ToUpdate(this Model.Operation operation) => new() { Operation = operation.ToProto() };

    public static V1.OperationUpdate ToUpdate(this Model.OperationEvent item) => new()
    {
        Event = new V1.OperationEvent
        {
            Sequence = item.Sequence,
            At = item.At.ToProto(),
            Step = item.Step,
            StepState = item.Step.Length == 0 ? V1.StepState.Unspecified : item.StepState.ToProto(),
            State = item.State.ToProto(),
            Message = item.Message,
            BytesDone = item.BytesDone,
            BytesTotal = item.BytesTotal,
        },
    };

    public static V1.OperationUpdate ToUpdate(this IEnumerable<PlanFinding> findings, string kind, string target)
    {
        var plan = new V1.Plan { Kind = kind, Target = target };
        plan.Findings.AddRange(findings.Select(f => new V1.Finding { Step = f.Step, Ok = f.Ok, Message = f.Message }));
        return new V1.OperationUpdate { Plan = plan };
    }

    private static V1.Step ToProto(Model.StepRecord step) => new()
    {
        Name = step.Name,
        State = step.State.ToProto(),
        StartedAt = step.StartedAt.ToProto(),
        FinishedAt = step.FinishedAt.ToProto(),
        Detail = step.Detail,
        BytesDone = step.BytesDone,
        BytesTotal = step.BytesTotal,
    };

    private static V1.OperationState ToProto(this Model.OperationState state) => state switch
    {
        Model.OperationState.Running => V1.OperationState.Running,
        Model.OperationState.Undoing => V1.OperationState.Undoing,
        Model.OperationState.Succeeded => V1.OperationState.Succeeded,
        Model.OperationState.Undone => V1.OperationState.Undone,
        Model.OperationState.Failed => V1.OperationState.Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    private static V1.StepState ToProto(this Model.StepState state) => state switch
    {
        Model.StepState.Pending => V1.StepState.Pending,
        Model.StepState.Running => V1.StepState.Running,
        Model.StepState.Done => V1.StepState.Done,
        Model.StepState.Skipped => V1.StepState.Skipped,
        Model.StepState.Failed => V1.StepState.Failed,
        Model.StepState.Undoing => V1.StepState.Undoing,
        Model.StepState.Undone => V1.StepState.Undone,
        Model.StepState.UndoFailed => V1.StepState.UndoFailed,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };
}
