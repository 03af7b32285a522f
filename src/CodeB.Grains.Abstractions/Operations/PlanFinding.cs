namespace CodeB.Grains.Abstractions.Operations;

/// <summary>What one step of a dry run found.</summary>
[GenerateSerializer]
[Alias("codeb.PlanFinding")]
public sealed record PlanFinding
{
    [Id(0)]
    public string Step { get; init; } = "";

    [Id(1)]
    public bool Ok { get; init; }

    [Id(2)]
    public string Message { get; init; } = "";
}
