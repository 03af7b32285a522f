namespace CodeB.Domain.Slots;

/// <summary>One version's time in a slot, from its deploy until it lost the traffic or, if it never had it, left its slot.</summary>
[GenerateSerializer]
[Alias("codeb.Release")]
public sealed record Release
{
    [Id(0)]
    public SlotName Slot { get; init; }
    [Id(1)]
    public string Version { get; init; } = "";
    [Id(2)]
    public string Image { get; init; } = "";
    [Id(3)]
    public DateTimeOffset? DeployedAt { get; init; }
    [Id(4)]
    public string DeployedBy { get; init; } = "";

    /// <summary>Null where it never had the traffic.</summary>
    [Id(5)]
    public DateTimeOffset? PromotedAt { get; init; }
    [Id(6)]
    public string PromotedBy { get; init; } = "";

    /// <summary>Null while it has the traffic or waits for it.</summary>
    [Id(7)]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>One of <see cref="ReleaseEnd"/>'s words; empty while it has not ended.</summary>
    [Id(8)]
    public string End { get; init; } = "";
    [Id(9)]
    public string EndedBy { get; init; } = "";

    /// <summary>Why it failed or was rolled back; empty otherwise.</summary>
    [Id(10)]
    public string Reason { get; init; } = "";

    /// <inheritdoc cref="Slot.DbSnapshot"/>
    [Id(11)]
    public string DbSnapshot { get; init; } = "";

    /// <inheritdoc cref="Slot.RedisSnapshot"/>
    [Id(12)]
    public string RedisSnapshot { get; init; } = "";
}

/// <summary>The words of <see cref="Release.End"/>.</summary>
public static class ReleaseEnd
{
    /// <summary>A newer version got its traffic or, if it had none, its slot.</summary>
    public const string Replaced = "replaced";

    /// <summary>The version before it got the traffic back, by somebody's wish or because it did not stay healthy.</summary>
    public const string RolledBack = "rolled-back";

    /// <summary>It never became healthy, or its slot could only half be cleaned up.</summary>
    public const string Failed = "failed";

    /// <summary>Its slot was emptied before it ever had the traffic.</summary>
    public const string CleanedUp = "cleaned-up";
}
