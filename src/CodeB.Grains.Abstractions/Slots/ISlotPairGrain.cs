using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Operations;
using Orleans.Concurrency;

namespace CodeB.Grains.Abstractions.Slots;

/// <summary>Key <c>worb/production</c>: both slots of one environment, and the operations on them.</summary>
public interface ISlotPairGrain : IOperationOwner
{
    /// <summary>The pair without its history: cheap enough to be asked of hundreds at once.</summary>
    [AlwaysInterleave]
    Task<SlotPairView> GetAsync();

    /// <summary>The pair with its history, for instance to export it.</summary>
    [AlwaysInterleave]
    Task<SlotPair> GetWithHistoryAsync();

    /// <summary>All releases, newest first, as <see cref="SlotHistory.Of"/> says.</summary>
    /// <param name="limit">At most so many; zero for all that are kept.</param>
    [AlwaysInterleave]
    Task<List<Release>> GetHistoryAsync(int limit);

    /// <summary>
    /// Starts a version in the idle slot. Returns the started operation, or a finished one that is kept nowhere, with the fact
    /// <c>unchanged</c>, where exactly that version is there already.
    /// </summary>
    Task<Operation> DeployAsync(DeployCommand command);

    /// <summary>Makes the deployed slot active, and watches it. Returns the started operation.</summary>
    Task<Operation> PromoteAsync(PromoteCommand command);

    /// <summary>Makes the slot in grace active again, with its data where asked. Returns the started operation.</summary>
    Task<Operation> RollbackAsync(RollbackCommand command);

    /// <summary>Empties the slot without the traffic. Returns the started operation.</summary>
    Task<Operation> CleanUpAsync(CleanUpCommand command);

    /// <summary>The dry run: what each step finds and would do. Touches nothing.</summary>
    Task<List<PlanFinding>> PlanDeployAsync(DeployCommand command);

    Task<List<PlanFinding>> PlanPromoteAsync(PromoteCommand command);

    Task<List<PlanFinding>> PlanRollbackAsync(RollbackCommand command);

    Task<List<PlanFinding>> PlanCleanUpAsync(CleanUpCommand command);

    /// <summary>
    /// Takes over versions that run already, as <see cref="SlotMachine.Adopt"/> says; nothing on the server is touched.
    /// FAILED_PRECONDITION where the slots are in use or an operation runs.
    /// </summary>
    /// <param name="found">The slots and their history as found.</param>
    Task<SlotPairView> AdoptAsync(SlotPair found);

    /// <summary>
    /// Takes a preview away with everything that it has on its server, and forgets it. Returns the started operation.
    /// FAILED_PRECONDITION for any other environment.
    /// </summary>
    Task<Operation> RemoveAsync(string startedBy);

    Task<List<PlanFinding>> PlanRemoveAsync();

    /// <summary>Removes both slots' records. FAILED_PRECONDITION unless both are empty.</summary>
    Task ForgetAsync();
}

[GenerateSerializer]
[Alias("codeb.DeployCommand")]
public sealed record DeployCommand
{
    [Id(0)]
    public string Version { get; init; } = "";

    /// <summary>The image reference.</summary>
    [Id(1)]
    public string Image { get; init; } = "";

    [Id(2)]
    public string StartedBy { get; init; } = "";

    /// <summary>Deploy even if this version runs already.</summary>
    [Id(3)]
    public bool Force { get; init; }

    /// <summary>Take a backup set of the project's data first, and keep its id with the slot that is active now.</summary>
    [Id(4)]
    public bool Snapshot { get; init; }

    /// <summary>In a dry run: the image is sent along later and need not be on the server yet.</summary>
    [Id(5)]
    public bool ImageFollows { get; init; }
}

[GenerateSerializer]
[Alias("codeb.RollbackCommand")]
public sealed record RollbackCommand
{
    [Id(0)]
    public string StartedBy { get; init; } = "";

    /// <summary>Bring the slot's database back as well.</summary>
    [Id(1)]
    public bool RestoreDb { get; init; }

    /// <summary>Bring the slot's Redis back as well.</summary>
    [Id(2)]
    public bool RestoreRedis { get; init; }
}

[GenerateSerializer]
[Alias("codeb.CleanUpCommand")]
public sealed record CleanUpCommand
{
    /// <summary>Give up a grace that has not ended.</summary>
    [Id(0)]
    public bool Force { get; init; }

    [Id(1)]
    public string StartedBy { get; init; } = "";
}

[GenerateSerializer]
[Alias("codeb.PromoteCommand")]
public sealed record PromoteCommand
{
    [Id(0)]
    public string StartedBy { get; init; } = "";

    /// <summary>For how long the new slot is watched; null: the installation's own time, zero: not at all.</summary>
    [Id(1)]
    public TimeSpan? Watch { get; init; }
}

/// <summary>A slot pair, and what is under way on it.</summary>
[GenerateSerializer]
[Alias("codeb.SlotPairView")]
public sealed record SlotPairView
{
    [Id(0)]
    public SlotPair Pair { get; init; } = new();

    /// <summary>Id of the operation that is under way; empty if none is.</summary>
    [Id(1)]
    public string RunningOperation { get; init; } = "";
}
