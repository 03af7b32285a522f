using CodeB.Delivery.Runbooks;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;

namespace CodeB.Grains.Tests.Simulation;

/// <summary>What is tried.</summary>
internal enum Act
{
    Deploy,

    /// <summary>A version that never becomes healthy.</summary>
    DeploySick,
    Promote,

    /// <summary>A version that fails some requests after it has the traffic.</summary>
    PromoteSick,

    /// <summary>The same, while the version before has fallen ill too.</summary>
    PromoteWithoutWayBack,
    Rollback,
    CleanUp,
    CleanUpForced,
}

/// <summary>What a slot holds, as far as the model goes.</summary>
internal sealed record Holding(SlotState State, string Version)
{
    public static readonly Holding Nothing = new(SlotState.Empty, "");
}

/// <summary>The little that everybody may rely on: which act is legal, and what each outcome of it leaves.</summary>
/// <param name="Blue">What blue holds.</param>
/// <param name="Green">What green holds.</param>
/// <param name="Active">Who has the traffic.</param>
/// <param name="Ended">How many releases have ended.</param>
internal sealed record PairModel(Holding Blue, Holding Green, SlotName? Active, int Ended)
{
    public static readonly PairModel Start = new(Holding.Nothing, Holding.Nothing, null, 0);

    public SlotName Idle => Active is { } active ? SlotMachine.Other(active) : SlotName.Blue;

    public Holding this[SlotName name] => name == SlotName.Blue ? Blue : Green;

    public static PairModel Of(SlotPair pair) => new(Of(pair.Blue), Of(pair.Green), pair.ActiveSlot, pair.History.Count);

    public bool Allows(Act act) => (act, this[Idle].State) switch
    {
        (Act.Deploy or Act.DeploySick, _) => true,
        (Act.Promote or Act.PromoteSick or Act.PromoteWithoutWayBack, var state) => state == SlotState.Deployed,
        (Act.Rollback, var state) => state == SlotState.Grace,
        (Act.CleanUp, var state) => state is SlotState.Deployed or SlotState.Failed,
        (_, var state) => state != SlotState.Empty,
    };

    /// <summary>Every state in which the operation may leave the pair.</summary>
    /// <param name="act">What was done.</param>
    /// <param name="operation">How it ended.</param>
    /// <param name="version">The version that was deployed.</param>
    /// <param name="gate">The slot that the server gives the traffic to now.</param>
    public IReadOnlyList<PairModel> After(Act act, Operation operation, string version, SlotName? gate)
    {
        var succeeded = operation.State == OperationState.Succeeded;
        switch (act)
        {
            case Act.Deploy or Act.DeploySick when succeeded:
                return [With(Idle, new Holding(SlotState.Deployed, version), EndsNow)];
            case Act.Deploy or Act.DeploySick:
                return Begun(operation, DeployRunbook.ClearSlotStep) ? [With(Idle, new Holding(SlotState.Failed, version), EndsNow + 1)] : [this];
            case Act.CleanUp or Act.CleanUpForced when succeeded:
                return [With(Idle, Holding.Nothing, EndsNow)];
            case Act.CleanUp or Act.CleanUpForced:
                return Begun(operation, CleanUpRunbook.RemoveContainerStep) ? [With(Idle, this[Idle] with { State = SlotState.Failed }, EndsNow)] : [this];
            default:
                var failed = With(Idle, this[Idle] with { State = SlotState.Failed }, 1);
                if (succeeded || (operation.State == OperationState.Failed && gate == Idle))
                    return [Switched()];
                return act is Act.Rollback ? [this] : [this, failed];
        }
    }

    /// <summary>A version that waits for the traffic ends with its slot; one in grace or failed has ended before.</summary>
    private int EndsNow => this[Idle].State == SlotState.Deployed ? 1 : 0;

    private PairModel Switched()
    {
        var next = With(Idle, this[Idle] with { State = SlotState.Active }, Active is null ? 0 : 1);
        return (Active is { } active ? next.With(active, this[active] with { State = SlotState.Grace }, 0) : next) with { Active = Idle };
    }

    private PairModel With(SlotName name, Holding holding, int ended) => name == SlotName.Blue
        ? this with { Blue = holding, Ended = Ended + ended }
        : this with { Green = holding, Ended = Ended + ended };

    private static Holding Of(Slot slot) => new(slot.State, slot.Version);

    private static bool Begun(Operation operation, string step) => operation.Steps.Exists(s => s.Name == step && s.StartedAt is not null);
}
