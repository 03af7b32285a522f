namespace CodeB.Delivery.Health;

/// <summary>When a container counts as healthy.</summary>
public sealed record HealthCheck
{
    /// <summary>Path with an optional query, from the root.</summary>
    public string Path { get; init; } = "/health";

    public int ExpectedStatus { get; init; } = 200;

    /// <summary>Between two requests.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>For one request.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For the whole gate: a container that is not healthy by then has failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Good answers in a row: one may be luck.</summary>
    public int Successes { get; init; } = 2;
}
