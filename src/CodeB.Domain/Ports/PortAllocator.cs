using CodeB.Domain.Errors;

namespace CodeB.Domain.Ports;

/// <summary>A range of host ports, both ends included (seed 004 section 2).</summary>
public sealed record PortRange
{
    public static readonly PortRange Production = new() { Name = "production", First = 4000, Last = 4499 };
    public static readonly PortRange Staging = new() { Name = "staging", First = 4500, Last = 4999 };

    /// <summary>The seed's range goes on to 5499, but 5432-5499 is PostgreSQL's in the same table.</summary>
    public static readonly PortRange Preview = new() { Name = "preview", First = 5000, Last = 5431 };

    public string Name { get; init; } = "";
    public int First { get; init; }
    public int Last { get; init; }

    public static IReadOnlyList<PortRange> All => [Production, Staging, Preview];

    /// <summary>production and staging have their own; every other environment is a preview.</summary>
    public static PortRange For(string environment) => environment switch
    {
        "production" => Production,
        "staging" => Staging,
        _ => Preview,
    };
}

/// <summary>A slot pair's two ports: blue is even, green the next one.</summary>
public sealed record PortPair
{
    public int Blue { get; init; }
    public int Green { get; init; }
}

public static class PortAllocator
{
    /// <summary>The lowest pair of the range of which neither port is used.</summary>
    /// <exception cref="DomainException">ResourceExhausted: every pair of the range is taken.</exception>
    public static PortPair Allocate(PortRange range, IReadOnlySet<int> used)
    {
        for (var blue = range.First + (range.First & 1); blue < range.Last; blue += 2)
        {
            if (!used.Contains(blue) && !used.Contains(blue + 1))
                return new PortPair { Blue = blue, Green = blue + 1 };
        }

        throw new DomainException(
            ErrorCode.ResourceExhausted,
            $"no pair of ports is free in the {range.Name} range {range.First}-{range.Last}; remove an environment that is no longer needed, or stop what else listens there");
    }
}
