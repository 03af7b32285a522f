using System.Text;
using CodeB.Delivery.Health;
using CodeB.Delivery.Slots;
using CodeB.Domain.Errors;
using CodeB.Domain.Slots;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Traffic;

/// <summary>
/// A server's edge: CodeB's one site in its Caddy, and the folder in which Caddy looks up for each request where it goes. It is
/// set up once, with one reload; after that neither a new project nor a domain nor a switch needs another.
/// </summary>
public sealed class TrafficEdge(IHostSession host, TrafficSettings settings, TimeProvider time)
{
    private const UnixFileMode WorldReadable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // A name that no site can have (RFC 2606), so that nothing but the site for all names answers.
    private const string Nobody = "edge.invalid";

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);

    private readonly OldSites _oldSites = new(host, settings);

    /// <summary>True where Caddy runs exactly this edge, so that <see cref="EnsureAsync"/> would do nothing.</summary>
    public async Task<bool> IsLoadedAsync(CancellationToken cancellationToken)
    {
        var answer = await host.GetAsync(
            $"http://{Nobody}:{settings.HttpPort}{EdgeFile.VersionPath}", ProbeTimeout, "127.0.0.1", cancellationToken: cancellationToken);
        return answer.Status == 200 && answer.Body.Trim() == EdgeFile.Version(settings);
    }

    /// <summary>
    /// Writes the edge's site and has Caddy load it; true where that was needed, which is once for each server and after an
    /// update of CodeB that changed the site. The reload closes idle connections and WebSockets of all sites on that Caddy.
    /// </summary>
    /// <exception cref="DomainException">FailedPrecondition: the Caddyfile leaves no room for it; nothing was loaded then.</exception>
    public async Task<bool> EnsureAsync(CancellationToken cancellationToken)
    {
        if (await IsLoadedAsync(cancellationToken))
        {
            await _oldSites.ForgetAsync(cancellationToken);
            return false;
        }

        var before = await host.ReadFileAsync(settings.EdgeFile, cancellationToken);
        if (before is not null && !Encoding.UTF8.GetString(before).StartsWith(EdgeFile.Owner, StringComparison.Ordinal))
            throw DomainException.Precondition($"{host.Server.Name}: {settings.EdgeFile} is not CodeB's; give it another name");
        await host.RunAsync(
            EdgeCommands.MakeFolders(
                settings.EdgeDirectory, settings.DomainsDirectory, settings.RedirectsDirectory, settings.PairsDirectory, settings.TargetsDirectory),
            cancellationToken: cancellationToken);
        // In this order: should CodeB and Caddy be stopped at any point of it, either the old sites or the edge serve.
        await _oldSites.CopyAsync(cancellationToken);
        await host.WriteFileAsync(settings.EdgeFile, Encoding.UTF8.GetBytes(EdgeFile.Render(settings)), WorldReadable, cancellationToken);
        await _oldSites.PutAsideAsync(cancellationToken);
        try
        {
            var adapted = await host.RunAsync(EdgeCommands.Adapt(settings), cancellationToken: cancellationToken);
            EdgeConfig.Check(adapted.Output, settings, host.Server.Name);
            await host.RunAsync(EdgeCommands.Reload(settings), cancellationToken: cancellationToken);
            await WaitUntilLoadedAsync(cancellationToken);
        }
        catch (DomainException)
        {
            // A file that Caddy refuses would also keep it from starting, and with it every other site.
            await PutBackAsync(before, cancellationToken);
            throw;
        }

        await _oldSites.ForgetAsync(cancellationToken);
        return true;
    }

    /// <summary>What the server really holds, of all slot pairs: for drift checks and repairs.</summary>
    public async Task<EdgeState> ReadAsync(CancellationToken cancellationToken)
    {
        var names = NamesAsync(cancellationToken);
        var gates = await host.RunAsync(EdgeCommands.ListAllGates(settings), cancellationToken: cancellationToken);
        return new EdgeState(
            await names,
            [.. gates.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Gate).OfType<EdgeGate>()]);
    }

    /// <summary>The names that the server answers to, of all slot pairs.</summary>
    public async Task<IReadOnlyList<EdgeName>> NamesAsync(CancellationToken cancellationToken)
    {
        var links = await host.RunAsync(EdgeCommands.ListLinks(settings), cancellationToken: cancellationToken);
        return [.. links.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Name).OfType<EdgeName>()];
    }

    internal static (SlotName Slot, int Port)? ParseGate(string name)
    {
        var parts = name.Split('-');
        return parts.Length == 2 && SlotPlace.Parse(parts[0]) is { } slot && int.TryParse(parts[1], out var port) ? (slot, port) : null;
    }

    private EdgeName? Name(string line)
    {
        var (path, target) = line.Split('\t') is [var p, var t] ? (p, t.Split('/')) : ("", []);
        var name = path[(path.LastIndexOf('/') + 1)..];
        return target switch
        {
            ["..", "pairs", var project, var environment] when path == $"{settings.DomainsDirectory}/{name}" =>
                new EdgeName(name, project, environment, null),
            ["..", "targets", var project, var environment, var to] when path == $"{settings.RedirectsDirectory}/{name}" =>
                new EdgeName(name, project, environment, to),
            _ => null,
        };
    }

    private static EdgeGate? Gate(string path) =>
        path.Split('/') is [.., var project, var environment, var name] && ParseGate(name) is var (slot, port)
            ? new EdgeGate(project, environment, slot, port)
            : null;

    private async Task PutBackAsync(byte[]? before, CancellationToken cancellationToken)
    {
        await _oldSites.PutBackAsync(cancellationToken);
        if (before is null)
            await host.RunAsync(EdgeCommands.Remove(settings.EdgeFile), cancellationToken: cancellationToken);
        else
            await host.WriteFileAsync(settings.EdgeFile, before, WorldReadable, cancellationToken);
    }

    private async Task WaitUntilLoadedAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!await IsLoadedAsync(cancellationToken))
        {
            if (time.GetElapsedTime(began) >= settings.ConfirmWithin)
            {
                throw DomainException.Precondition(
                    $"{host.Server.Name}: Caddy does not answer for CodeB's edge on port {settings.HttpPort} after a reload; was it started with {settings.CaddyFile}?");
            }

            await Task.Delay(ProbeInterval, time, cancellationToken);
        }
    }
}
