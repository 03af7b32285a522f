using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Grains.Operations;

namespace CodeB.Grains.Slots;

/// <summary>Both slots and the journal, written as one: a slot's state and the operation that made it so never disagree.</summary>
[GenerateSerializer]
[Alias("codeb.SlotPairState")]
public sealed record SlotPairState : IOperationState<SlotPairState>
{
    /// <summary>Null until the first deploy.</summary>
    [Id(0)]
    public SlotPair? Pair { get; init; }

    [Id(1)]
    public List<Operation> Operations { get; init; } = [];

    /// <summary>The pair as the last deploy found it: what holds again when that deploy fails before it has touched the slot.</summary>
    [Id(2)]
    public SlotPair? BeforeDeploy { get; init; }

    /// <summary>The pair as the last promote or rollback found it: what holds again when its switch is undone.</summary>
    [Id(3)]
    public SlotPair? BeforeSwitch { get; init; }

    /// <summary>
    /// Id of a promote or rollback that could neither be finished nor undone, so that only the server knows where the traffic is;
    /// empty where that is known.
    /// </summary>
    [Id(4)]
    public string Unsettled { get; init; } = "";

    public SlotPairState WithOperations(List<Operation> operations) => this with { Operations = operations };
}
