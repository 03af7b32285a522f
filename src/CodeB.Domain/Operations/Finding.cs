namespace CodeB.Domain.Operations;

/// <summary>What a dry run found at one step.</summary>
public sealed record Finding
{
    public string Step { get; init; } = "";

    /// <summary>False where the step's check failed: the operation would fail here.</summary>
    public bool Ok { get; init; }

    /// <summary>One line for people: what the step found and would do, or why it would fail.</summary>
    public string Message { get; init; } = "";

    /// <summary>The <see cref="Errors.ErrorCode"/> of a failed check by name, else empty.</summary>
    public string ErrorCode { get; init; } = "";
}
