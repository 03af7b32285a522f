using CodeB.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace CodeB.Cli.Tests.Fakes;

/// <summary>Streams of operations as CodeB sends them.</summary>
internal static class Updates
{
    public const string Id = "op-7";

    private static readonly DateTime Start = new(2026, 11, 21, 9, 30, 0, DateTimeKind.Utc);

    public static Timestamp At(int second) => Timestamp.FromDateTime(Start.AddSeconds(second));

    public static Operation Running(string kind = "deploy") => new()
    {
        Id = Id,
        Kind = kind,
        Target = "worb/production",
        StartedBy = "tester",
        StartedAt = At(0),
        State = OperationState.Running,
        Steps = { new Step { Name = "pull-image", State = StepState.Pending }, new Step { Name = "start", State = StepState.Pending } },
    };

    public static OperationUpdate First(string kind = "deploy") => new() { Operation = Running(kind) };

    public static OperationUpdate Event(int second, string step, StepState state, string message = "", long done = 0, long total = 0) => new()
    {
        Event = new OperationEvent
        {
            Sequence = second,
            At = At(second),
            Step = step,
            StepState = state,
            State = OperationState.Running,
            Message = message,
            BytesDone = done,
            BytesTotal = total,
        },
    };

    public static OperationUpdate Finished(
        OperationState state = OperationState.Succeeded, string error = "", string code = "", string kind = "deploy", params string[] notUndone)
    {
        var operation = Running(kind);
        operation.State = state;
        operation.FinishedAt = At(12);
        operation.Error = error;
        operation.ErrorCode = code;
        operation.NotUndone.AddRange(notUndone);
        operation.Steps.Clear();
        return new OperationUpdate { Operation = operation };
    }

    /// <summary>A deploy that goes well.</summary>
    public static IMessage[] Success(string kind = "deploy")
    {
        var end = Finished(kind: kind);
        end.Operation.Facts["container"] = "c0ffee";
        return
        [
            First(kind),
            Event(1, "pull-image", StepState.Running),
            Event(2, "pull-image", StepState.Running, done: 1_000_000, total: 4_000_000),
            Event(3, "pull-image", StepState.Done, "is there", 4_000_000, 4_000_000),
            Event(4, "start", StepState.Running),
            Event(12, "start", StepState.Done, "healthy"),
            end,
        ];
    }

    public static OperationUpdate Plan(bool ok, string kind = "deploy") => new()
    {
        Plan = new Plan
        {
            Kind = kind,
            Target = "worb/production",
            Findings =
            {
                new Finding { Step = "pull-image", Ok = true, Message = "localhost/worb:2 is on app" },
                new Finding { Step = "start", Ok = ok, Message = ok ? "port 4001 is free" : "port 4001 is taken by nginx" },
            },
        },
    };
}
