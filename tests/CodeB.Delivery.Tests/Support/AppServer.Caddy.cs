using System.Text.Json;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Slots;
using CodeB.Hosts.Sessions;
using CodeB.Testing;

namespace CodeB.Delivery.Tests.Support;

/// <content>Caddy, the edge's folder and the network.</content>
internal sealed partial class AppServer
{
    /// <summary>Symbolic links: where each lies, and where it leads.</summary>
    public Dictionary<string, string> Links { get; } = [];

    /// <summary>The edge's site as Caddy runs it, which is not always the file's.</summary>
    public string? LoadedEdge { get; private set; }

    /// <summary>How often Caddy was made to load its configuration anew.</summary>
    public int Reloads { get; private set; }

    /// <summary>How many requests each slot is answering.</summary>
    public Dictionary<SlotName, int> Open { get; } = [];

    public SlotName? Gate => Exists(SlotName.Blue) ? SlotName.Blue : Exists(SlotName.Green) ? SlotName.Green : null;

    /// <summary>The names that lead to the pair.</summary>
    public IEnumerable<string> Domains =>
        Links.Where(link => link.Value == "../pairs/worb/production").Select(link => Path.GetFileName(link.Key)).Order();

    private TrafficSettings Traffic => _settings.Traffic;

    private bool Exists(SlotName slot) => Session.Files.ContainsKey(Site.GateFile(Traffic, slot));

    private Answer Curl(string url)
    {
        var address = new Uri(url);
        if (address.Port == 80)
            return ThroughCaddy(address);
        var slot = address.Port == 4000 ? SlotName.Blue : SlotName.Green;
        if (Gate == slot && OutOfReach-- > 0)
            throw new HostException(HostFailure.ConnectionLost, "app", "curl", "app: the connection was lost");
        if (Gate == slot && UnderTraffic.TryDequeue(out var status))
            return Http(status, "");
        var healthy = Healthy && !Unhealthy.Contains(slot);
        return Runs(Site.Place(slot).ContainerName) ? Http(healthy ? 200 : 503, "") : Testing.Answer.Fails(7);
    }

    private Answer ThroughCaddy(Uri address)
    {
        if (LoadedEdge is null)
            return Http(404, "");
        if (address.AbsolutePath == EdgeFile.VersionPath)
            return Http(200, LoadedEdge == EdgeFile.Render(Traffic) ? EdgeFile.Version(Traffic) : "another");
        if (!Domains.Contains(address.Host))
            return Http(404, "nothing is served under the name");
        if (Gate is not { } slot)
            return Http(503, $"no version is active behind {address.Host}");
        return address.AbsolutePath == EdgeFile.ProbePath
            ? Http(200, $"/domains/{address.Host}/{Site.Gate(slot)}")
            : Http(ReachableThroughCaddy && Runs(Site.Place(slot).ContainerName) ? 200 : 502, "");
    }

    private Answer Caddy(string command)
    {
        var text = Session.Files.TryGetValue(Traffic.EdgeFile, out var file) ? System.Text.Encoding.UTF8.GetString(file.Content) : "";
        if (command == "adapt")
            return Testing.Answer.Text(Adapted(text));
        Reloads++;
        LoadedEdge = text.Length > 0 ? text : null;
        return Testing.Answer.Empty;
    }

    private static string Adapted(string edge) => JsonSerializer.Serialize(new
    {
        apps = new { http = new { servers = new { srv0 = new { listen = new[] { ":80" }, routes = new[] { new { handle = new[] { edge } } } } } } },
    });

    private Answer Connections(string filter)
    {
        var lines = Open.Where(pair => filter.Contains($"dport = :{Site.Place(pair.Key).Port}", StringComparison.Ordinal))
            .SelectMany(pair => Enumerable.Repeat($"0 0 127.0.0.1:50000 127.0.0.1:{Site.Place(pair.Key).Port}\n", pair.Value));
        return Testing.Answer.Text(string.Concat(lines));
    }

    private Answer Names(string folder) => Testing.Answer.Text(string.Concat(
        Session.Files.Keys.Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path) + "\n")));

    private Answer Find(string[] arguments) => arguments.Contains("l")
        ? Testing.Answer.Text(string.Concat(Links.Select(link => $"{link.Key}\t{link.Value}\n")))
        : Testing.Answer.Text(string.Concat(
            Session.Files.Keys.Where(path => path.StartsWith(arguments[0] + "/", StringComparison.Ordinal)).Select(path => path + "\n")));

    private Answer OldSites(string folder, string pattern)
    {
        var found = Session.Files.Where(file => Path.GetDirectoryName(file.Key) == folder
            && file.Key.EndsWith(pattern.TrimStart('*'), StringComparison.Ordinal)
            && System.Text.Encoding.UTF8.GetString(file.Value.Content).Contains("written by CodeB, overwritten when", StringComparison.Ordinal));
        return Testing.Answer.Text(string.Concat(found.Select(file => file.Key + "\n")));
    }

    private Answer Move(string from, string to)
    {
        if (Session.Files.TryRemove(from, out var file))
        {
            Session.Files[to] = file;
            return Testing.Answer.Empty;
        }

        var inside = Session.Files.Keys.Where(path => path.StartsWith(from + "/", StringComparison.Ordinal)).ToList();
        if (inside.Count == 0 || Session.Files.Keys.Any(path => path.StartsWith(to + "/", StringComparison.Ordinal)))
            return Testing.Answer.Fails(1, "no such file, or the place is taken");
        foreach (var path in inside)
        {
            Session.Files.TryRemove(path, out var moved);
            Session.Files[to + path[from.Length..]] = moved;
        }

        return Testing.Answer.Empty;
    }

    private Answer Link(string link, string target)
    {
        Links[link] = target;
        return Testing.Answer.Empty;
    }

    private Answer Touch(string path)
    {
        Session.Files.TryAdd(path, ([], EnvMode));
        return Testing.Answer.Empty;
    }

    private Answer Remove(string[] paths)
    {
        foreach (var path in paths)
        {
            Links.Remove(path);
            foreach (var file in Session.Files.Keys.Where(key => key == path || key.StartsWith(path + "/", StringComparison.Ordinal)))
                Session.Files.TryRemove(file, out _);
        }

        return Testing.Answer.Empty;
    }
}
