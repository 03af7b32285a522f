namespace CodeB.Delivery.Traffic;

/// <summary>Caddy on a server, and the files through which it is told where the traffic goes.</summary>
public sealed record TrafficSettings
{
    /// <summary>The file that Caddy was started with. It imports <see cref="SitesDirectory"/>/*.caddy.</summary>
    public string CaddyFile { get; init; } = "/etc/caddy/Caddyfile";

    public string SitesDirectory { get; init; } = "/etc/caddy/sites";

    /// <summary>
    /// What Caddy looks up for each request: whose a host name is, and which slot has the traffic. Caddy's account must be able
    /// to look into it.
    /// </summary>
    public string EdgeDirectory { get; init; } = "/opt/codeb/edge";

    /// <summary>Where gates lay when each slot pair had a site file of its own; taken over once and then removed.</summary>
    public string OldGatesDirectory { get; init; } = "/opt/codeb/gates";

    /// <summary>Caddy's admin API as the server itself reaches it.</summary>
    public string AdminAddress { get; init; } = "127.0.0.1:2019";

    /// <summary>Caddy's port for http (its http_port).</summary>
    public int HttpPort { get; init; } = 80;

    /// <summary>Caddy's port for https (its https_port).</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary>Whose certificates the domains have.</summary>
    public TlsMode Tls { get; init; } = TlsMode.Acme;

    /// <summary>Whether http is answered with a redirect to https. Without effect where there is no TLS.</summary>
    public bool RedirectToHttps { get; init; } = true;

    /// <summary>Where Caddy asks itself whether a name may have a certificate: an address of loopback, with a port of its own.</summary>
    public string AskAddress { get; init; } = "127.0.0.1:2020";

    /// <summary>How long a request waits for a slot that does not accept connections, for instance while it restarts.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long Caddy keeps an idle connection to a slot. Short, so that what is open shows who is still served, and shorter
    /// than any application's own limit: a request over a connection that the application is just closing would fail.
    /// </summary>
    public TimeSpan KeepIdleFor { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long to wait until Caddy shows what it was told.</summary>
    public TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromSeconds(10);

    public string EdgeFile => $"{SitesDirectory}/codeb.caddy";

    public string DomainsDirectory => $"{EdgeDirectory}/domains";

    public string RedirectsDirectory => $"{EdgeDirectory}/redirects";

    public string PairsDirectory => $"{EdgeDirectory}/pairs";

    /// <summary>A folder for each name that others are redirected to; links lead there, as they do to the pairs.</summary>
    public string TargetsDirectory => $"{EdgeDirectory}/targets";
}

/// <summary>Whose certificates Caddy serves the domains with.</summary>
public enum TlsMode
{
    /// <summary>No https: for servers behind another proxy.</summary>
    None,

    /// <summary>Caddy's own authority, which only those trust who were given its root.</summary>
    Internal,

    /// <summary>Caddy gets them from a public authority (Let's Encrypt, ZeroSSL) at a name's first request.</summary>
    Acme,
}
