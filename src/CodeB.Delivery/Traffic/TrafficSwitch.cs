using CodeB.Delivery.Health;
using CodeB.Delivery.Slots;
using CodeB.Domain.Errors;
using CodeB.Domain.Slots;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Traffic;

/// <summary>
/// Sends a slot pair's traffic to one of its slots without losing a request: Caddy's configuration stays as it is, and one
/// rename decides for all of the pair's domains (docs/traffic-switch.md). Every member is safe to call again after a kill.
/// </summary>
public sealed class TrafficSwitch(IHostSession host, TrafficSettings settings, TrafficSite site, TimeProvider time)
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(20);

    public TrafficSite Site => site;

    /// <summary>The server's edge, which this pair shares with all others.</summary>
    public TrafficEdge Edge { get; } = new(host, settings, time);

    /// <summary>True where Caddy answers to exactly the site's names, so that <see cref="EnsureAsync"/> would do nothing.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        var names = NamesAsync(cancellationToken);
        return await Edge.IsLoadedAsync(cancellationToken) & (await names).SameAs(site.Names);
    }

    /// <summary>Sets the server's edge up where that was never done, and has it answer to the site's names.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await Edge.EnsureAsync(cancellationToken);
        await SetDomainsAsync(site.Names.Domains, site.Names.Redirects, cancellationToken);
    }

    /// <summary>The names that the server really answers to for this pair.</summary>
    public async Task<SiteNames> NamesAsync(CancellationToken cancellationToken) => Own(await Edge.NamesAsync(cancellationToken));

    /// <summary>
    /// Makes the names that Caddy answers to for this pair exactly these: effective with the next request, without a reload,
    /// and all at the slot that has the traffic. Can be done before the server's edge is set up and before the first promote.
    /// </summary>
    /// <param name="domains">Served.</param>
    /// <param name="redirects">Answered with a permanent redirect (308) to the name behind each.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="DomainException">
    /// InvalidArgument: not a host name, or both served and redirected; FailedPrecondition: a name belongs to another pair on
    /// this server. Nothing is changed then.
    /// </exception>
    public async Task SetDomainsAsync(
        IReadOnlyCollection<string> domains, IReadOnlyDictionary<string, string> redirects, CancellationToken cancellationToken)
    {
        var wanted = new TrafficSite(site.Project, site.Environment, site.BluePort, site.GreenPort, [.. domains], redirects).Names;
        if (wanted.Domains.Find(wanted.Redirects.ContainsKey) is { } both)
            throw DomainException.Invalid("redirects", $"{both} is a domain of {site.Name} and cannot be redirected as well");
        var all = await Edge.NamesAsync(cancellationToken);
        RefuseForeign(wanted, all);
        var now = Own(all);
        if (now.SameAs(wanted))
            return;

        // First what is new, then what is gone: a name that changes from one to the other always has an answer.
        var (pair, targets) = ($"../pairs/{site.Project}/{site.Environment}", $"../targets/{site.Project}/{site.Environment}");
        await MakeFoldersAsync(wanted, cancellationToken);
        foreach (var domain in wanted.Domains.Except(now.Domains))
            await RunAsync(EdgeCommands.Link($"{settings.DomainsDirectory}/{domain}", pair), cancellationToken);
        foreach (var (name, to) in wanted.Redirects.Where(redirect => now.Redirects.GetValueOrDefault(redirect.Key) != redirect.Value))
            await RunAsync(EdgeCommands.Link($"{settings.RedirectsDirectory}/{name}", $"{targets}/{to}"), cancellationToken);
        string[] gone =
        [
            .. now.Domains.Except(wanted.Domains).Select(domain => $"{settings.DomainsDirectory}/{domain}"),
            .. now.Redirects.Keys.Except(wanted.Redirects.Keys).Select(name => $"{settings.RedirectsDirectory}/{name}"),
        ];
        if (gone.Length > 0)
            await RunAsync(EdgeCommands.Remove(gone), cancellationToken);
    }

    /// <summary>
    /// Gives new requests to a slot, and returns when Caddy shows it. Requests under way and open WebSockets stay where they
    /// are. Null closes the gate: requests are then answered with 503.
    /// </summary>
    /// <exception cref="DomainException">FailedPrecondition: Caddy does not follow the gate.</exception>
    public async Task SwitchAsync(SlotName? to, CancellationToken cancellationToken)
    {
        if (to is not { } slot || !await MovedAsync(slot, cancellationToken))
            await OpenOnlyAsync(to, cancellationToken);
        if (site.PrimaryDomain is not null)
            await WaitUntilServedAsync(to, cancellationToken);
    }

    /// <summary>The usual switch, without a look before it: from the other slot's gate, over the slot's own if that is open as well.</summary>
    private async Task<bool> MovedAsync(SlotName to, CancellationToken cancellationToken)
    {
        var move = EdgeCommands.Move(site.GateFile(settings, SlotMachine.Other(to)), site.GateFile(settings, to));
        var result = await host.RunAsync(move with { SuccessExitCodes = [0, 1] }, cancellationToken: cancellationToken);
        return result.ExitCode == 0;
    }

    private async Task OpenOnlyAsync(SlotName? to, CancellationToken cancellationToken)
    {
        var open = await GateFilesAsync(cancellationToken);
        var folder = site.GateDirectory(settings);
        var wanted = to is { } slot ? site.Gate(slot) : null;
        if (wanted is not null && !open.Contains(wanted))
        {
            if (open.Count > 0)
            {
                await RunAsync(EdgeCommands.Move($"{folder}/{open[0]}", $"{folder}/{wanted}"), cancellationToken);
                open = [.. open.Skip(1)];
            }
            else
            {
                await MakeFoldersAsync(new SiteNames(), cancellationToken);
                await RunAsync(EdgeCommands.Touch($"{folder}/{wanted}"), cancellationToken);
            }
        }

        string[] surplus = [.. open.Where(gate => gate != wanted).Select(gate => $"{folder}/{gate}")];
        if (surplus.Length > 0)
            await RunAsync(EdgeCommands.Remove(surplus), cancellationToken);
    }

    /// <summary>What the server really shows: its gate, where Caddy sends a request, and how many each slot is answering.</summary>
    public async Task<TrafficState> CurrentAsync(CancellationToken cancellationToken)
    {
        var open = OpenGatesAsync(cancellationToken);
        var probe = ProbeAsync(cancellationToken);
        var inFlight = await InFlightAsync(cancellationToken);
        var (loaded, served) = await probe;
        return new TrafficState(
            Gate(await open), served, loaded, inFlight.GetValueOrDefault(site.BluePort), inFlight.GetValueOrDefault(site.GreenPort));
    }

    /// <summary>Where the traffic is: the gate, and what Caddy makes of it. Cheaper than <see cref="CurrentAsync"/>.</summary>
    public async Task<(SlotName? Gate, SlotName? Served)> LookAsync(CancellationToken cancellationToken)
    {
        var open = OpenGatesAsync(cancellationToken);
        var probe = await ProbeAsync(cancellationToken);
        return (Gate(await open), probe.Served);
    }

    /// <summary>A request to the site as its users make it, from the server itself through its Caddy.</summary>
    public Task<HttpAnswer> ThroughCaddyAsync(string path, CancellationToken cancellationToken) =>
        host.GetAsync(site.Url(settings, path), ProbeTimeout, "127.0.0.1", $"{EdgeFile.ThroughHeader}: 1", cancellationToken);

    /// <summary>Takes the site away: its names first, then its gate.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await SetDomainsAsync([], new Dictionary<string, string>(), cancellationToken);
        await RunAsync(
            EdgeCommands.RemoveTree(site.GateDirectory(settings), $"{settings.TargetsDirectory}/{site.Project}/{site.Environment}"), cancellationToken);
    }

    /// <summary>The slots whose gates are open: one, none before the first promote. Of two, Caddy takes blue.</summary>
    public async Task<IReadOnlyList<SlotName>> OpenGatesAsync(CancellationToken cancellationToken)
    {
        var gates = await GateFilesAsync(cancellationToken);
        if (gates.Count > 0)
            return [.. gates.Select(gate => TrafficEdge.ParseGate(gate)!.Value.Slot)];
        // A pair that an earlier CodeB served has its gate elsewhere until the edge has taken it over.
        var old = await host.RunAsync(EdgeCommands.List($"{settings.OldGatesDirectory}/{site.Name}"), cancellationToken: cancellationToken);
        return [.. old.Output.Split('\n').Select(SlotPlace.Parse).OfType<SlotName>()];
    }

    private static SlotName? Gate(IReadOnlyList<SlotName> open) => open.Count == 0 ? null : open.Min();

    private async Task<List<string>> GateFilesAsync(CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(EdgeCommands.List(site.GateDirectory(settings)), cancellationToken: cancellationToken);
        return [.. result.Output.Split('\n').Where(gate => TrafficEdge.ParseGate(gate) is not null).Order(StringComparer.Ordinal)];
    }

    private SiteNames Own(IReadOnlyList<EdgeName> all) => SiteNames.Of(all, site);

    private void RefuseForeign(SiteNames wanted, IReadOnlyList<EdgeName> all)
    {
        var foreign = all.FirstOrDefault(name =>
            !name.BelongsTo(site.Project, site.Environment) && (wanted.Domains.Contains(name.Name) || wanted.Redirects.ContainsKey(name.Name)));
        if (foreign is not null)
        {
            throw DomainException.Precondition(
                $"{host.Server.Name}: {foreign.Name} leads to {foreign.Project}/{foreign.Environment} there; take it from that one first ('we domain remove {foreign.Name}')");
        }
    }

    private async Task MakeFoldersAsync(SiteNames names, CancellationToken cancellationToken)
    {
        var (project, own) = ($"{settings.TargetsDirectory}/{site.Project}", $"{settings.TargetsDirectory}/{site.Project}/{site.Environment}");
        var targets = names.Redirects.Values.Distinct().ToList();
        string[] folders =
        [
            settings.EdgeDirectory, settings.DomainsDirectory, settings.RedirectsDirectory, settings.PairsDirectory,
            $"{settings.PairsDirectory}/{site.Project}", site.GateDirectory(settings),
        ];
        string[] further = targets.Count == 0 ? [] : [settings.TargetsDirectory, project, own, .. targets.Select(to => $"{own}/{to}")];
        await RunAsync(EdgeCommands.MakeFolders([.. folders, .. further]), cancellationToken);
        foreach (var to in targets)
            await RunAsync(EdgeCommands.Touch($"{own}/{to}/{to}"), cancellationToken);
    }

    private async Task<(bool SiteLoaded, SlotName? Served)> ProbeAsync(CancellationToken cancellationToken)
    {
        if (site.PrimaryDomain is null)
            return (false, null);
        var answer = await ThroughCaddyAsync(EdgeFile.ProbePath, cancellationToken);
        var gate = answer.Body.Trim();
        var served = answer.Status == 200 ? TrafficEdge.ParseGate(gate[(gate.LastIndexOf('/') + 1)..])?.Slot : null;
        var none = answer.Status == 503 && answer.Body.Contains("no version is active", StringComparison.Ordinal);
        return (served is not null || none, served);
    }

    private async Task<Dictionary<int, int>> InFlightAsync(CancellationToken cancellationToken)
    {
        var connections = await host.RunAsync(EdgeCommands.Connections(site.BluePort, site.GreenPort), cancellationToken: cancellationToken);
        return connections.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length >= 4)
            .CountBy(words => int.TryParse(words[3].Split(':')[^1], out var port) ? port : 0)
            .ToDictionary();
    }

    private async Task WaitUntilServedAsync(SlotName? to, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        (bool SiteLoaded, SlotName? Served) probe;
        while ((probe = await ProbeAsync(cancellationToken)) != (true, to))
        {
            if (time.GetElapsedTime(began) >= settings.ConfirmWithin)
            {
                throw DomainException.Precondition(
                    $"{host.Server.Name}: Caddy does not follow the gate in {site.GateDirectory(settings)}; can its account look into that folder? "
                    + $"(it sends requests to: {(probe.Served is { } served ? SlotPlace.WordOf(served) : "none")})");
            }

            await Task.Delay(ProbeInterval, time, cancellationToken);
        }
    }

    private Task RunAsync(Hosts.Commands.Command command, CancellationToken cancellationToken) =>
        host.RunAsync(command, cancellationToken: cancellationToken);
}
