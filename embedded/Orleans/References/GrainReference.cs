namespace Orleans.Runtime;

/// <summary>
/// What callers hold in place of the grain. Equal if it points at the same grain through the same interface. Generated
/// proxies derive from it.
/// </summary>
public class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private Activation? _lastActivation;

    internal GrainReference(Silo runtime, GrainId grainId, Type interfaceType, GrainClass grainClass)
    {
        Runtime = runtime;
        GrainId = grainId;
        InterfaceClrType = interfaceType;
        GrainClass = grainClass;
    }

    public GrainId GrainId { get; }

    internal Silo Runtime { get; }

    internal Type InterfaceClrType { get; }

    internal GrainClass GrainClass { get; }

    internal bool Reentrant => GrainClass.Reentrant;

    /// <summary>Where the last call went: the next one most likely goes there too.</summary>
    internal Activation? LastActivation
    {
        get => _lastActivation;
        set => _lastActivation = value;
    }

    public bool Equals(GrainReference? other) =>
        other is not null && GrainId == other.GrainId && InterfaceClrType == other.InterfaceClrType;

    public sealed override bool Equals(object? obj) => Equals(obj as GrainReference);

    public sealed override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => $"{InterfaceClrType.Name}({GrainId})";

    public static bool operator ==(GrainReference? left, GrainReference? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(GrainReference? left, GrainReference? right) => !(left == right);
}
