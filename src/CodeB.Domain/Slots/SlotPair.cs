namespace CodeB.Domain.Slots;

/// <summary>The two places a project's environment has for its releases.</summary>
public enum SlotName
{
    Blue,
    Green,
}

/// <summary>empty → deploying → deployed → active → grace → empty, with failed beside them.</summary>
public enum SlotState
{
    Empty,
    Deploying,
    Deployed,

    /// <summary>The one that has the traffic.</summary>
    Active,

    /// <summary>Was active, and is kept running so that a rollback is quick.</summary>
    Grace,
    Failed,
}

/// <summary>One slot (seed 004 section 3, seed 000 section 5.1).</summary>
[GenerateSerializer]
[Alias("codeb.Slot")]
public sealed record Slot
{
    [Id(0)]
    public SlotState State { get; init; }
    [Id(1)]
    public int Port { get; init; }
    [Id(2)]
    public string Version { get; init; } = "";
    [Id(3)]
    public string Image { get; init; } = "";

    /// <summary>The container engine's id; empty until the container was created.</summary>
    [Id(4)]
    public string ContainerId { get; init; } = "";
    [Id(5)]
    public DateTimeOffset? DeployedAt { get; init; }
    [Id(6)]
    public string DeployedBy { get; init; } = "";
    [Id(7)]
    public DateTimeOffset? PromotedAt { get; init; }
    [Id(8)]
    public string PromotedBy { get; init; } = "";

    /// <summary>Until when a slot in grace is kept. Null in every other state.</summary>
    [Id(9)]
    public DateTimeOffset? GraceUntil { get; init; }

    /// <summary>One of <see cref="Health"/>'s words.</summary>
    [Id(10)]
    public string HealthStatus { get; init; } = Health.Unknown;

    /// <summary>
    /// The backup set with the database as it was while this slot had the traffic, which a rollback to it can bring back; empty
    /// where none was taken.
    /// </summary>
    [Id(11)]
    public string DbSnapshot { get; init; } = "";

    /// <summary>The same for Redis.</summary>
    [Id(12)]
    public string RedisSnapshot { get; init; } = "";

    /// <summary>When it last lost the traffic, while it is kept for a rollback or after it failed with it; null otherwise.</summary>
    [Id(13)]
    public DateTimeOffset? TrafficLostAt { get; init; }

    /// <summary>Of a failed slot: why. Empty in every other state.</summary>
    [Id(14)]
    public string Reason { get; init; } = "";

    /// <summary>
    /// The rollback that kept this slot's data when it replaced it, one of <see cref="SlotPair.Kept"/>: a rollback to the slot
    /// with its data takes it from there. Empty where none was kept.
    /// </summary>
    [Id(15)]
    public string KeptBy { get; init; } = "";
}

/// <summary>The words of <see cref="Slot.HealthStatus"/>, as the seeds' registry writes them.</summary>
public static class Health
{
    public const string Unknown = "unknown";
    public const string Healthy = "healthy";
    public const string Unhealthy = "unhealthy";
}

/// <summary>Blue and green of one project's environment. Changed only by <see cref="SlotMachine"/>.</summary>
[GenerateSerializer]
[Alias("codeb.SlotPair")]
public sealed record SlotPair
{
    [Id(0)]
    public string Project { get; init; } = "";
    [Id(1)]
    public string Environment { get; init; } = "";
    [Id(2)]
    public string Server { get; init; } = "";

    /// <summary>Null until the first promote.</summary>
    [Id(3)]
    public SlotName? ActiveSlot { get; init; }
    [Id(4)]
    public Slot Blue { get; init; } = new();
    [Id(5)]
    public Slot Green { get; init; } = new();
    [Id(6)]
    public DateTimeOffset LastUpdated { get; init; }

    /// <summary>The releases that have ended, newest first, at most <see cref="SlotHistory.Kept"/>.</summary>
    [Id(7)]
    public List<Release> History { get; init; } = [];

    /// <summary>The data that rollbacks have replaced and that is not dropped yet.</summary>
    [Id(8)]
    public List<KeptData> Kept { get; init; } = [];

    public Slot this[SlotName name] => name == SlotName.Blue ? Blue : Green;

    internal SlotPair With(SlotName name, Slot slot) => name == SlotName.Blue ? this with { Blue = slot } : this with { Green = slot };
}
