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
}
