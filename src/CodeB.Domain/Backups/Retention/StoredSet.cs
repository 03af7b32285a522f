namespace CodeB.Domain.Backups.Retention;

/// <summary>A finished set as retention sees it.</summary>
public sealed record StoredSet
{
    public required SetId Id { get; init; }

    public string Environment { get; init; } = "";

    public IReadOnlyList<string> Components { get; init; } = [];

    /// <summary>Why a person holds it; null when nobody does.</summary>
    public string? Hold { get; init; }

    /// <summary>What a verification found wrong with it; empty for a good set.</summary>
    public string Damage { get; init; } = "";

    public bool IsGood => Damage.Length == 0;
}

/// <summary>What a policy says of one set, with every reason for it.</summary>
/// <param name="Set">The set.</param>
/// <param name="Keep">False: it may be deleted.</param>
/// <param name="Reasons">One line each; never empty.</param>
public sealed record RetentionDecision(StoredSet Set, bool Keep, IReadOnlyList<string> Reasons);
