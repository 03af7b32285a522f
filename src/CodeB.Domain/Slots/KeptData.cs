namespace CodeB.Domain.Slots;

/// <summary>
/// The data that a rollback with data replaced: renamed, closed and kept beside the live data for as long as the slot that
/// wrote it is kept, so that the way forward again needs no copy.
/// </summary>
[GenerateSerializer]
[Alias("codeb.KeptData")]
public sealed record KeptData
{
    /// <summary>The operation that renamed it, which is also its mark on the server: nothing without that mark is ever dropped.</summary>
    [Id(0)]
    public string OperationId { get; init; } = "";

    /// <summary>From the component's name to where its data is kept: postgres to a database's name, redis to a directory.</summary>
    [Id(1)]
    public Dictionary<string, string> Places { get; init; } = [];

    /// <summary>The version that wrote it.</summary>
    [Id(2)]
    public string Version { get; init; } = "";

    /// <summary>When it may be dropped.</summary>
    [Id(3)]
    public DateTimeOffset Until { get; init; }
}
