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
public sealed record Slot
{
    public SlotState State { get; init; }
    public int Port { get; init; }
    public string Version { get; init; } = "";
    public string Image { get; init; } = "";

    /// <summary>The container engine's id; empty until the container was created.</summary>
    public string ContainerId { get; init; } = "";
    public DateTimeOffset? DeployedAt { get; init; }
    public string DeployedBy { get; init; } = "";
    public DateTimeOffset? PromotedAt { get; init; }
    public string PromotedBy { get; init; } = "";

    /// <summary>Until when a slot in grace is kept. Null in every other state.</summary>
    public DateTimeOffset? GraceUntil { get; init; }

    /// <summary>One of <see cref="Health"/>'s words.</summary>
    public string HealthStatus { get; init; } = Health.Unknown;

    /// <summary>The database's snapshot of the moment this slot lost the traffic; empty where none was taken.</summary>
    public string DbSnapshot { get; init; } = "";
    public string RedisSnapshot { get; init; } = "";
}

/// <summary>The words of <see cref="Slot.HealthStatus"/>, as the seeds' registry writes them.</summary>
public static class Health
{
    public const string Unknown = "unknown";
    public const string Healthy = "healthy";
    public const string Unhealthy = "unhealthy";
}

/// <summary>Blue and green of one project's environment. Changed only by <see cref="SlotMachine"/>.</summary>
public sealed record SlotPair
{
    public string Project { get; init; } = "";
    public string Environment { get; init; } = "";
    public string Server { get; init; } = "";

    /// <summary>Null until the first promote.</summary>
    public SlotName? ActiveSlot { get; init; }
    public Slot Blue { get; init; } = new();
    public Slot Green { get; init; } = new();
    public DateTimeOffset LastUpdated { get; init; }

    public Slot this[SlotName name] => name == SlotName.Blue ? Blue : Green;

    internal SlotPair With(SlotName name, Slot slot) => name == SlotName.Blue ? this with { Blue = slot } : this with { Green = slot };
}
