using CodeB.Delivery.Slots;

namespace CodeB.Delivery.Containers;

/// <summary>A container that is to run in a slot. It carries no secret: those are in the ENV file.</summary>
public sealed record ContainerSpec
{
    public required SlotPlace Place { get; init; }

    public required string Image { get; init; }

    public required string Version { get; init; }

    /// <summary>The operation that starts it; a resumed operation knows its own container by this label.</summary>
    public required string OperationId { get; init; }

    /// <summary>Path of the ENV file on the server.</summary>
    public required string EnvFile { get; init; }

    /// <summary>
    /// The port inside a container with a network of its own, published on loopback alone. Null: the container shares the
    /// server's network and listens on the PORT that it is told.
    /// </summary>
    public int? ContainerPort { get; init; }

    /// <summary>Bytes of memory at most; null for no limit.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>CPUs at most, such as 1.5; null for no limit.</summary>
    public double? Cpus { get; init; }

    /// <summary>How long it gets to end by itself when it is stopped; the container carries it, so whoever stops it keeps to it.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Labels beside CodeB's own, which none of them may replace.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>A digest of everything that the container was started with; empty for none. A deploy compares it to see whether it would change anything.</summary>
    public string Fingerprint { get; init; } = "";
}
