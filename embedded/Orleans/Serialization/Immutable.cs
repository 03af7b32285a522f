namespace Orleans.Concurrency;

/// <summary>A promise that this value is not changed any more, so that it need not be copied.</summary>
[GenerateSerializer]
[Immutable]
public readonly struct Immutable<T>
{
    [Id(0)]
    public readonly T Value;

    public Immutable(T value) => Value = value;
}

public static class ImmutableExtensions
{
    public static Immutable<T> AsImmutable<T>(this T value) => new(value);
}
