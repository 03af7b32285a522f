namespace CodeB.Delivery.Traffic;

/// <summary>Caddy on a server, and the files through which it is told where the traffic goes.</summary>
public sealed record TrafficSettings
{
    /// <summary>The file that Caddy was started with. It imports <see cref="SitesDirectory"/>/*.caddy.</summary>
    public string CaddyFile { get; init; } = "/etc/caddy/Caddyfile";

    public string SitesDirectory { get; init; } = "/etc/caddy/sites";

    /// <summary>
    /// One folder a slot pair, holding one empty file named after the slot that has the traffic. Caddy's account must be able
    /// to look into it.
    /// </summary>
    public string GatesDirectory { get; init; } = "/opt/codeb/gates";

    /// <summary>Caddy's admin API as the server itself reaches it.</summary>
    public string AdminAddress { get; init; } = "127.0.0.1:2019";

    /// <summary>Caddy's port for http sites that name none (its http_port).</summary>
    public int HttpPort { get; init; } = 80;

    /// <summary>Caddy's port for https sites that name none (its https_port).</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary>How long a request waits for a slot that does not accept connections, for instance while it restarts.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait until Caddy shows what it was told.</summary>
    public TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromSeconds(10);
}
