using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CodeB.Delivery.Slots;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Slots;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Testing;

namespace CodeB.Grains.Tests.Simulation;

/// <summary>
/// An app server with a container engine and Caddy, of one slot pair. It runs the very command lines of the runbooks, one it
/// does not know is an error, and it fails as it is told to.
/// </summary>
internal sealed partial class SimulatedServer(ServerEndpoint endpoint, SimulatedFaults faults) : IHostSession
{
    private readonly TrafficSettings _settings = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _healthyWithTraffic = [];
    private string? _loaded;

    public ServerEndpoint Server => endpoint;

    public SimulatedFiles Files { get; } = new();

    public SimulatedEngine Engine { get; } = new();

    /// <summary>Versions that never answer their health check with 200.</summary>
    public HashSet<string> Sick { get; } = [];


    /// <summary>How many commands found the server away.</summary>
    public int Refused => faults.RefusedBy(endpoint.Name);

    /// <summary>Called after every command: no moment may show two open gates.</summary>
    public Action<SimulatedServer> Observe { get; set; } = _ => { };

    /// <summary>The open gates.</summary>
    public List<(SlotName Slot, string Name)> Gates
    {
        get
        {
            lock (_gate)
                return [.. GatesNow()];
        }
    }

    /// <summary>Has a version answer with 500 after so many more requests that it gets with the traffic.</summary>
    public void FailsWithTraffic(string version, int healthyRequests)
    {
        lock (_gate)
            _healthyWithTraffic[version] = healthyRequests;
    }

    public async Task<CommandResult> RunAsync(Command command, ReadOnlyMemory<byte> input = default, CancellationToken cancellationToken = default)
    {
        var display = CommandText.Display(command);
        var answer = await faults.AroundAsync(endpoint.Name, display, () => Locked(() => Run(command)), cancellationToken);
        if (command.SuccessExitCodes.Contains(answer.ExitCode))
            return new CommandResult(answer.ExitCode, Encoding.UTF8.GetString(answer.Output), answer.ErrorOutput);
        throw new HostException(
            HostFailure.CommandFailed, endpoint.Name, display, $"{endpoint.Name}: {display}: {answer.ErrorOutput}", answer.ExitCode, answer.ErrorOutput);
    }

    public Task WriteFileAsync(string path, ReadOnlyMemory<byte> content, UnixFileMode mode, CancellationToken cancellationToken = default) =>
        faults.AroundAsync(endpoint.Name, $"write {path}", () => Locked(() => Write(path, content.ToArray())), cancellationToken);

    public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken = default) =>
        faults.AroundAsync(endpoint.Name, $"read {path}", () => Locked(() => Files.Read(path)), cancellationToken);

    public Task ReadAsync(Command command, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("no runbook of a slot pair streams");

    public Task WriteAsync(Command command, Func<Stream, CancellationToken, Task> produce, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("no runbook of a slot pair streams");

    public Task PipeAsync(
        Command command, Func<Stream, CancellationToken, Task> produce, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("no runbook of a slot pair streams");

    public Task CopyTreeToAsync(string localDirectory, string remoteDirectory, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("no runbook of a slot pair copies trees");

    public Task CopyTreeFromAsync(string remoteDirectory, string localDirectory, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("no runbook of a slot pair copies trees");

    public Task<IForwardedPort> ForwardAsync(ForwardTarget target, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("no runbook of a slot pair forwards ports");

    private T Locked<T>(Func<T> work)
    {
        T result;
        lock (_gate)
            result = work();
        Observe(this);
        return result;
    }

    private bool Write(string path, byte[] content)
    {
        Files.Write(path, content);
        return true;
    }

    private Answer Run(Command command)
    {
        string[] arguments = [.. command.Arguments];
        return command.Program switch
        {
            "podman" => Engine.Run(arguments),
            "sh" when arguments[1].StartsWith("command -v podman", StringComparison.Ordinal) => Answer.Text("/usr/bin/podman\n"),
            "sh" when arguments is [_, _, _, "podman", ..] => Engine.Run(arguments[4..]),
            "curl" => Curl(new Uri(arguments[^1])),
            "ss" when arguments[0] == "-Hltn" => Answer.Text(Engine.OnPort(int.Parse(arguments[^1].TrimStart(':'), null)) is null ? "" : "LISTEN 0 128\n"),
            "ss" => Answer.Empty,
            "caddy" when arguments[0] == "adapt" => Adapt(),
            "caddy" => Reload(),
            "install" => Files.MakeFolders(arguments.Where(argument => argument[0] == '/')),
            "ls" => Files.List(arguments[^1]),
            "mv" => Files.Move(arguments[^2], arguments[^1]),
            "touch" => Files.Touch(arguments[^1]),
            "ln" => Files.Link(arguments[^2], arguments[^1]),
            "rm" => Files.Remove(arguments.Where(argument => argument[0] == '/'), whole: arguments[0] == "-rf"),
            "find" => Files.Find(arguments),
            "grep" => Answer.Fails(1),
            _ => throw new InvalidOperationException($"the simulated server does not know {CommandText.Display(command)}"),
        };
    }

    private Answer Reload()
    {
        _loaded = Sites();
        return Answer.Empty;
    }

    private Answer Adapt() => Answer.Text(JsonSerializer.Serialize(new
    {
        apps = new { http = new { servers = new { srv0 = new { listen = new[] { ":80" }, routes = new[] { new { handle = new[] { Sites() } } } } } } },
    }));

    private string Sites() => string.Concat(Files.NamesIn(_settings.SitesDirectory).Select(name => Encoding.UTF8.GetString(Files.Read($"{_settings.SitesDirectory}/{name}")!)));

    private IEnumerable<(SlotName Slot, string Name)> GatesNow() =>
        from project in Files.NamesIn(_settings.PairsDirectory)
        from environment in Files.NamesIn($"{_settings.PairsDirectory}/{project}")
        from gate in Files.NamesIn($"{_settings.PairsDirectory}/{project}/{environment}")
        select (SlotPlace.Parse(gate.Split('-')[0])!.Value, gate);

    private Answer Curl(Uri url)
    {
        if (url.Host == "127.0.0.1")
            return Ask(Engine.OnPort(url.Port));
        if (url.AbsolutePath == "/.codeb/edge")
            return VersionLine().Match(_loaded ?? "") is { Success: true } version ? Http(200, version.Groups[1].Value) : Http(404, "");
        if (_loaded is null)
            return Answer.Fails(7);
        if (Files.LinkAt($"{_settings.DomainsDirectory}/{url.Host}") is null)
            return Http(404, $"nothing is served under the name {url.Host} here");
        if (GatesNow().FirstOrDefault() is not { Name: { } name } open)
            return Http(503, $"no version is active behind {url.Host}");
        if (url.AbsolutePath == "/.codeb/slot")
            return Http(200, $"/domains/{url.Host}/{name}");
        return Ask(Engine.Containers.Values.FirstOrDefault(c => c.Name.EndsWith($"-{SlotPlace.WordOf(open.Slot)}", StringComparison.Ordinal)));
    }

    private Answer Ask(SimulatedContainer? container)
    {
        if (container is null)
            return new Answer(Encoding.UTF8.GetBytes("\n000"), 7);
        var hasTraffic = GatesNow().Any(gate => container.Name.EndsWith($"-{SlotPlace.WordOf(gate.Slot)}", StringComparison.Ordinal));
        var sick = Sick.Contains(container.Version)
            || (hasTraffic && _healthyWithTraffic.TryGetValue(container.Version, out var left) && (_healthyWithTraffic[container.Version] = left - 1) < 0);
        return sick ? Http(500, "sick") : Http(200, "ok");
    }

    private static Answer Http(int status, string body) => Answer.Text($"{body}\n{status}");

    [GeneratedRegex("respond @codeb_version \"([0-9a-f]+)\"")]
    private static partial Regex VersionLine();
}
