using CodeB.Delivery.Runbooks;
using CodeB.Grains.Backups;
using CodeB.Protection.Runbooks;

namespace CodeB.Grains.Slots.Data;

/// <summary>What a rollback with data is asked for: a rollback's input and more.</summary>
public sealed record DataRollbackInput : PromoteInput
{
    /// <summary>What to bring back, from which set or from where it was kept. Null: a rollback without data.</summary>
    public RestoreInput? Restore { get; init; }

    /// <summary>For how long the data from before is kept.</summary>
    public TimeSpan Grace { get; init; }

    /// <summary>The version that loses the traffic, and wrote the data from before.</summary>
    public string LeavingVersion { get; init; } = "";
}

/// <summary>A rollback with data: its input and tools.</summary>
public sealed record DataRollbackContext
{
    public required DataRollbackInput Input { get; init; }
    public required PromoteContext Switch { get; init; }
    public required RestoreContext Restore { get; init; }
    public required ISetTaker Sets { get; init; }
    public required SetWish Safety { get; init; }

    /// <summary>Keeps other restores of the project's data away until the operation with that id has ended.</summary>
    public required Func<string, Task> ReserveAsync { get; init; }

    /// <summary>Id of what would stand in the way of that; empty if nothing does.</summary>
    public required Func<Task<string>> BusyWithAsync { get; init; }
}
