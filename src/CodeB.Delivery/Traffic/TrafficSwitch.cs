using System.Text;
using System.Text.Json;
using CodeB.Delivery.Health;
using CodeB.Delivery.Slots;
using CodeB.Domain.Errors;
using CodeB.Domain.Slots;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Traffic;

/// <summary>
/// Sends a slot pair's traffic to one of its slots without losing a request: Caddy's configuration stays as it is, and one
/// rename decides (docs/traffic-switch.md). Every member is safe to call again after a kill.
/// </summary>
public sealed class TrafficSwitch(IHostSession host, TrafficSettings settings, TrafficSite site, TimeProvider time)
{
    private const UnixFileMode WorldReadable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);

    public TrafficSite Site => site;

    /// <summary>The site file's text as it is on the server, or null. Kept by a promote so that it can be put back.</summary>
    public async Task<string?> ReadSiteAsync(CancellationToken cancellationToken) =>
        await host.ReadFileAsync(site.SiteFile(settings), cancellationToken) is { } content ? Encoding.UTF8.GetString(content) : null;

    /// <summary>True where Caddy already runs exactly this site, so that <see cref="EnsureSiteAsync"/> would do nothing.</summary>
    /// <exception cref="DomainException">FailedPrecondition: the file belongs to somebody else.</exception>
    public async Task<bool> HasSiteAsync(CancellationToken cancellationToken)
    {
        var text = await ReadSiteAsync(cancellationToken);
        if (text is not null && !text.StartsWith(SiteFile.Owner(site), StringComparison.Ordinal))
        {
            throw DomainException.Precondition(
                $"{host.Server.Name}: {site.SiteFile(settings)} is not the site of {site.Name}; move it away or choose another name");
        }

        if (text != SiteFile.Render(site, settings))
            return false;
        var state = await CurrentAsync(cancellationToken);
        return state is { SiteLoaded: true, BlueInFlight: not null, GreenInFlight: not null };
    }

    /// <summary>
    /// Writes the site and has Caddy load it; true where that was needed. This alone reloads Caddy, which closes idle
    /// connections of all its sites; it happens when a slot pair gets its first traffic or other domains or ports.
    /// </summary>
    public async Task<bool> EnsureSiteAsync(CancellationToken cancellationToken)
    {
        if (await HasSiteAsync(cancellationToken))
            return false;
        var before = await ReadSiteAsync(cancellationToken);
        await host.RunAsync(CaddyCommands.MakeGates(site, settings), cancellationToken: cancellationToken);
        await WriteSiteAsync(SiteFile.Render(site, settings), cancellationToken);
        try
        {
            await host.RunAsync(CaddyCommands.Reload(settings), cancellationToken: cancellationToken);
            await WaitAsync(
                probe => probe.SiteLoaded,
                $"{site.Addresses[0]} is not among Caddy's sites after a reload; does {settings.CaddyFile} say 'import {settings.SitesDirectory}/*.caddy'?",
                cancellationToken);
        }
        catch (DomainException)
        {
            // A file that Caddy refuses would also keep it from starting, and with it every other site.
            await PutSiteAsync(before, cancellationToken);
            throw;
        }

        return true;
    }

    /// <summary>Takes <see cref="EnsureSiteAsync"/> back: the text from before, or no site where there was none.</summary>
    public async Task RestoreSiteAsync(string? before, CancellationToken cancellationToken)
    {
        if (await ReadSiteAsync(cancellationToken) == before)
            return;
        await PutSiteAsync(before, cancellationToken);
        await host.RunAsync(CaddyCommands.Reload(settings), cancellationToken: cancellationToken);
    }

    /// <summary>
    /// Gives new requests to a slot, and returns when Caddy shows it. Requests under way and open WebSockets stay where they
    /// are. Null closes both gates: requests are then answered with 503.
    /// </summary>
    /// <exception cref="DomainException">FailedPrecondition: Caddy does not follow the gate.</exception>
    public async Task SwitchAsync(SlotName? to, CancellationToken cancellationToken)
    {
        var open = await OpenGatesAsync(cancellationToken);
        if (to is not { } slot)
        {
            foreach (var gate in open)
                await host.RunAsync(CaddyCommands.CloseGate(site, settings, gate), cancellationToken: cancellationToken);
        }
        else if (open.Contains(SlotMachine.Other(slot)))
        {
            await host.RunAsync(CaddyCommands.MoveGate(site, settings, SlotMachine.Other(slot), slot), cancellationToken: cancellationToken);
        }
        else if (open.Count == 0)
        {
            await host.RunAsync(CaddyCommands.MakeGates(site, settings), cancellationToken: cancellationToken);
            await host.RunAsync(CaddyCommands.OpenGate(site, settings, slot), cancellationToken: cancellationToken);
        }

        await WaitAsync(
            probe => probe.SiteLoaded && probe.Served == to,
            $"Caddy does not follow the gate in {site.GateDirectory(settings)}; can its account look into that folder?",
            cancellationToken);
    }

    /// <summary>What the server really shows: its gates, where Caddy sends a request, and how many each slot is answering.</summary>
    public async Task<TrafficState> CurrentAsync(CancellationToken cancellationToken)
    {
        var open = await OpenGatesAsync(cancellationToken);
        var (loaded, served) = await ProbeAsync(cancellationToken);
        var inFlight = await InFlightAsync(cancellationToken);
        return new TrafficState(
            open.Count == 0 ? null : open.Min(),
            served,
            loaded,
            inFlight.TryGetValue(SiteFile.Upstream(site, SlotName.Blue), out var blue) ? blue : null,
            inFlight.TryGetValue(SiteFile.Upstream(site, SlotName.Green), out var green) ? green : null);
    }

    /// <summary>A request to the site as its users make it, from the server itself through its Caddy.</summary>
    public Task<HttpAnswer> ThroughCaddyAsync(string path, CancellationToken cancellationToken) =>
        host.GetAsync(site.Url(settings, path), ProbeTimeout, "127.0.0.1", cancellationToken);

    /// <summary>Takes the site away: first its traffic, then its configuration.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        foreach (var gate in await OpenGatesAsync(cancellationToken))
            await host.RunAsync(CaddyCommands.CloseGate(site, settings, gate), cancellationToken: cancellationToken);
        await HasSiteAsync(cancellationToken);
        await RestoreSiteAsync(null, cancellationToken);
        await host.RunAsync(CaddyCommands.RemoveGates(site, settings), cancellationToken: cancellationToken);
    }

    /// <summary>The slots whose gates are open: one, none before the first promote. Of two, Caddy takes blue.</summary>
    public async Task<IReadOnlyList<SlotName>> OpenGatesAsync(CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(CaddyCommands.ListGates(site, settings), cancellationToken: cancellationToken);
        return [.. result.Output.Split('\n').Select(SlotPlace.Parse).OfType<SlotName>()];
    }

    private async Task<(bool SiteLoaded, SlotName? Served)> ProbeAsync(CancellationToken cancellationToken)
    {
        var answer = await ThroughCaddyAsync(SiteFile.ProbePath, cancellationToken);
        var served = answer.Status == 200 ? SlotPlace.Parse(answer.Body.Trim().TrimStart('/')) : null;
        var none = answer.Status == 503 && answer.Body.Contains(site.Name, StringComparison.Ordinal);
        return (served is not null || none, served);
    }

    private async Task<Dictionary<string, int>> InFlightAsync(CancellationToken cancellationToken)
    {
        var answer = await host.GetAsync($"http://{settings.AdminAddress}/reverse_proxy/upstreams", ProbeTimeout, null, cancellationToken);
        if (answer.Status != 200)
        {
            throw new DomainException(
                ErrorCode.Unavailable, $"{host.Server.Name}: Caddy's admin API at {settings.AdminAddress} gives {answer}; is Caddy running there?");
        }

        using var upstreams = JsonDocument.Parse(answer.Body.Length == 0 ? "[]" : answer.Body);
        var inFlight = new Dictionary<string, int>();
        if (upstreams.RootElement.ValueKind != JsonValueKind.Array)
            return inFlight;
        foreach (var upstream in upstreams.RootElement.EnumerateArray())
            inFlight[upstream.GetProperty("address").GetString() ?? ""] = upstream.GetProperty("num_requests").GetInt32();
        return inFlight;
    }

    private async Task PutSiteAsync(string? text, CancellationToken cancellationToken)
    {
        if (text is null)
            await host.RunAsync(CaddyCommands.RemoveSite(site, settings), cancellationToken: cancellationToken);
        else
            await WriteSiteAsync(text, cancellationToken);
    }

    private Task WriteSiteAsync(string text, CancellationToken cancellationToken) =>
        host.WriteFileAsync(site.SiteFile(settings), Encoding.UTF8.GetBytes(text), WorldReadable, cancellationToken);

    private async Task WaitAsync(
        Predicate<(bool SiteLoaded, SlotName? Served)> reached, string otherwise, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        (bool SiteLoaded, SlotName? Served) probe;
        while (!reached(probe = await ProbeAsync(cancellationToken)))
        {
            if (time.GetElapsedTime(began) >= settings.ConfirmWithin)
                throw DomainException.Precondition($"{host.Server.Name}: {otherwise} (Caddy sends requests to: {Word(probe.Served)})");
            await Task.Delay(ProbeInterval, time, cancellationToken);
        }
    }

    private static string Word(SlotName? slot) => slot is { } name ? SlotPlace.WordOf(name) : "none";
}
