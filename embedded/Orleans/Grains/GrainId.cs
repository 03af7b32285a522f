namespace Orleans.Runtime;

/// <summary>The kind of a grain: the class's name in lower case without its suffix, as Orleans derives it.</summary>
public readonly record struct GrainType
{
    private readonly string? _value;

    private GrainType(string value) => _value = value;

    public static GrainType Create(string value) => new(value);

    public override string ToString() => _value ?? "";
}

/// <summary>A grain's key.</summary>
public readonly record struct IdSpan
{
    private readonly string? _value;

    private IdSpan(string value) => _value = value;

    public static IdSpan Create(string id) => new(id);

    public override string ToString() => _value ?? "";
}

/// <summary>A grain's identity: its type and its key.</summary>
public readonly struct GrainId : IEquatable<GrainId>
{
    private readonly string? _type;
    private readonly string? _key;

    private GrainId(string type, string key) => (_type, _key) = (type, key);

    public GrainType Type => GrainType.Create(_type ?? "");

    public IdSpan Key => IdSpan.Create(_key ?? "");

    internal string KeyText => _key ?? "";

    internal string TypeText => _type ?? "";

    public static GrainId Create(string type, string key) => new(type, key);

    public static GrainId Create(GrainType type, IdSpan key) => new(type.ToString(), key.ToString());

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static GrainId Parse(string value)
    {
        var slash = value.IndexOf('/');
        return slash > 0
            ? new(value[..slash], value[(slash + 1)..])
            : throw new ArgumentException($"'{value}' is not a grain id; one reads type/key.", nameof(value));
    }

    public bool Equals(GrainId other) => _key == other._key && _type == other._type;

    public override bool Equals(object? obj) => obj is GrainId other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_type, _key);

    public override string ToString() => $"{_type}/{_key}";

    public static bool operator ==(GrainId left, GrainId right) => left.Equals(right);

    public static bool operator !=(GrainId left, GrainId right) => !left.Equals(right);
}
