using System.Text;
using System.Text.RegularExpressions;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Traffic;

/// <summary>
/// The site files of an earlier CodeB, one a slot pair. All of a server are taken over together, with the one reload that
/// loads the edge: before it they serve, after it the edge does, and the gates say the same.
/// </summary>
internal sealed partial class OldSites(IHostSession host, TrafficSettings settings)
{
    // Put aside, not removed, until Caddy runs the edge: a kill or a refusal in between loses nothing.
    private const string Aside = ".codeb-old";

    /// <summary>Copies the old sites' names and gates into the edge's folder. They go on serving.</summary>
    public async Task CopyAsync(CancellationToken cancellationToken)
    {
        foreach (var file in await ListAsync("*.caddy", cancellationToken))
        {
            if (await host.ReadFileAsync(file, cancellationToken) is { } content && Parse(Encoding.UTF8.GetString(content)) is { } site)
                await CopyAsync(site, cancellationToken);
        }
    }

    /// <summary>Takes their files out of the configuration that the next reload or start of Caddy reads.</summary>
    public async Task PutAsideAsync(CancellationToken cancellationToken)
    {
        foreach (var file in await ListAsync("*.caddy", cancellationToken))
            await host.RunAsync(EdgeCommands.Move(file, file + Aside), cancellationToken: cancellationToken);
    }

    public async Task PutBackAsync(CancellationToken cancellationToken)
    {
        foreach (var file in await ListAsync("*.caddy" + Aside, cancellationToken))
            await host.RunAsync(EdgeCommands.Move(file, file[..^Aside.Length]), cancellationToken: cancellationToken);
    }

    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        var files = await ListAsync("*.caddy" + Aside, cancellationToken);
        if (files.Count == 0)
            return;
        await host.RunAsync(EdgeCommands.RemoveTree(settings.OldGatesDirectory), cancellationToken: cancellationToken);
        await host.RunAsync(EdgeCommands.Remove([.. files]), cancellationToken: cancellationToken);
    }

    /// <summary>An old site file's content; null where it is nobody's or somebody else's.</summary>
    internal static OldSite? Parse(string text)
    {
        var match = OldFile().Match(text);
        var ports = Upstream().Matches(text).Select(port => int.Parse(port.Groups[1].Value, null)).ToList();
        if (!match.Success || ports.Count != 2)
            return null;
        var domains = match.Groups["addresses"].Value.Split(", ")
            .Select(address => address[(address.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? at + 3 : 0)..].Split(':')[0])
            .Where(domain => domain.Length > 0)
            .ToList();
        var (project, environment) = (ProjectName.Parse(match.Groups["project"].Value), EnvironmentName.Parse(match.Groups["environment"].Value));
        return new OldSite(new TrafficSite(project, environment, ports[0], ports[1], domains), match.Groups["gates"].Value);
    }

    // A pair that has a folder in the edge was copied before: what that says is newer.
    private async Task CopyAsync(OldSite old, CancellationToken cancellationToken)
    {
        var site = old.Site;
        var (folder, draft) = (site.GateDirectory(settings), $"{settings.EdgeDirectory}/draft/{site.Project}/{site.Environment}");
        await host.RunAsync(
            EdgeCommands.MakeFolders($"{settings.PairsDirectory}/{site.Project}", $"{settings.EdgeDirectory}/draft/{site.Project}", draft), cancellationToken: cancellationToken);
        var gates = await host.RunAsync(EdgeCommands.List(old.Gates), cancellationToken: cancellationToken);
        var open = gates.Output.Split('\n').Select(Slots.SlotPlace.Parse).OfType<SlotName>().ToList();
        if (open.Count > 0)
            await host.RunAsync(EdgeCommands.Touch($"{draft}/{site.Gate(open.Min())}"), cancellationToken: cancellationToken);
        await host.RunAsync(EdgeCommands.MoveUnlessThere(draft, folder), cancellationToken: cancellationToken);
        await host.RunAsync(EdgeCommands.RemoveTree($"{settings.EdgeDirectory}/draft"), cancellationToken: cancellationToken);
        foreach (var domain in site.Names.Domains)
        {
            await host.RunAsync(
                EdgeCommands.Link($"{settings.DomainsDirectory}/{domain}", $"../pairs/{site.Project}/{site.Environment}"), cancellationToken: cancellationToken);
        }
    }

    private async Task<List<string>> ListAsync(string pattern, CancellationToken cancellationToken)
    {
        var command = Command.Of("grep", "-rls", "--include", pattern, "written by CodeB, overwritten when its domains", settings.SitesDirectory) with { SuccessExitCodes = [0, 1, 2] };
        var found = await host.RunAsync(command, cancellationToken: cancellationToken);
        return [.. found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    [GeneratedRegex(@"\A# (?<project>[a-z0-9-]+)/(?<environment>[a-z0-9-]+): written by CodeB, overwritten when its domains or ports change\n(?<addresses>[^\n{]+?) \{\n.*?\troot (?<gates>\S+)\n", RegexOptions.Singleline)]
    private static partial Regex OldFile();

    [GeneratedRegex(@"reverse_proxy 127\.0\.0\.1:([0-9]{1,5}) \{")]
    private static partial Regex Upstream();
}

/// <summary>A slot pair's site as an earlier CodeB had written it.</summary>
/// <param name="Site">The pair, with its domains.</param>
/// <param name="Gates">The folder of its gate.</param>
internal sealed record OldSite(TrafficSite Site, string Gates);
