using CodeB.Delivery.Containers;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;
using CodeB.Hosts.Commands;
using CodeB.Testing;

namespace CodeB.Delivery.Tests.Support;

/// <summary>
/// A model of an app server with a container engine and Caddy that understands exactly the commands the runbooks use, so
/// that tests can ask what a server would look like after a failure or a kill anywhere.
/// </summary>
internal sealed partial class AppServer
{
    public static readonly TrafficSite Site = new(
        ProjectName.Parse("worb"), EnvironmentName.Parse("production"), 4000, 4001, ["worb.test"]);

    private readonly DeliverySettings _settings = new() { Traffic = new TrafficSettings { Tls = TlsMode.None } };
    private int _started;

    public AppServer() => Session = new ScriptedSession(Answer, "app");

    public ScriptedSession Session { get; }

    public DeliverySettings Settings => _settings;

    public Dictionary<string, Container> Containers { get; } = [];

    public HashSet<string> Images { get; } = ["localhost/worb:v1", "localhost/worb:v2"];

    /// <summary>Whether a running container answers its health check with 200.</summary>
    public bool Healthy { get; set; } = true;

    /// <summary>Slots whose containers run and do not answer their health check with 200.</summary>
    public HashSet<SlotName> Unhealthy { get; } = [];

    /// <summary>Whether a request through Caddy gets 200 from the container.</summary>
    public bool ReachableThroughCaddy { get; set; } = true;

    /// <summary>What the slot with the traffic answers to its next health checks, one each; then as <see cref="Healthy"/> says.</summary>
    public Queue<int> UnderTraffic { get; } = [];

    /// <summary>So many health checks cannot be asked, because the server is out of reach.</summary>
    public int OutOfReach { get; set; }

    public string Log { get; set; } = "";

    /// <summary>What a release command ends with.</summary>
    public int ReleaseExitCode { get; set; }

    /// <summary>How many release commands were started.</summary>
    public int ReleaseRuns { get; private set; }

    /// <summary>Ports in use by others.</summary>
    public HashSet<int> BusyPorts { get; } = [];

    /// <summary>A command for which this is true fails.</summary>
    public Predicate<Command> Fails { get; set; } = _ => false;

    /// <summary>Puts a running version into a slot, as a deploy before would have.</summary>
    public void Run(SlotName slot, string version, bool active = false)
    {
        var place = Site.Place(slot);
        Containers[place.ContainerName] = new Container($"id-{version}", "running", new()
        {
            [ContainerCommands.ProjectLabel] = "worb",
            [ContainerCommands.EnvironmentLabel] = "production",
            [ContainerCommands.SlotLabel] = place.Word,
            [ContainerCommands.VersionLabel] = version,
            [ContainerCommands.OperationLabel] = "earlier",
        });
        Session.Files[place.EnvFile(_settings)] = ([], EnvMode);
        if (!active)
            return;
        Session.Files[Site.GateFile(_settings.Traffic, slot)] = ([], EnvMode);
        Links[$"{Traffic.DomainsDirectory}/worb.test"] = "../pairs/worb/production";
        LoadedEdge = EdgeFile.Render(Traffic);
        Session.Files[Traffic.EdgeFile] = (System.Text.Encoding.UTF8.GetBytes(LoadedEdge), EnvMode);
    }

    /// <summary>Everything that a dry run must leave as it is.</summary>
    public string Picture() => string.Join('\n',
        Containers.Select(pair => $"{pair.Key} {pair.Value.Id} {pair.Value.Status}").Order()
            .Concat(Session.Files.Keys.Order())
            .Concat(Links.Select(link => $"{link.Key} -> {link.Value}").Order())
            .Append(LoadedEdge ?? "no edge"));

    private const UnixFileMode EnvMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private Answer Answer(Command command, byte[] input)
    {
        if (Fails(command))
            return Testing.Answer.Fails(99, "told to fail");
        var arguments = command.Arguments;
        return command.Program switch
        {
            "podman" => Engine([.. arguments]),
            "sh" when arguments is [_, _, _, "podman", ..] => Engine([.. arguments.Skip(4)]),
            "curl" => Curl(arguments[^1]),
            "ss" when arguments.Contains("established") => Connections(arguments[^1]),
            "ss" => Testing.Answer.Text(BusyPorts.Contains(int.Parse(arguments[^1].TrimStart(':'), null)) ? "LISTEN 0 128\n" : ""),
            "caddy" => Caddy(arguments[0]),
            "install" => Testing.Answer.Empty,
            "ls" => Names(arguments[^1]),
            "find" => Find([.. arguments]),
            "grep" => OldSites(arguments[^1], arguments[2]),
            "mv" => Move(arguments[^2], arguments[^1]),
            "ln" => Link(arguments[^1], arguments[^2]),
            "touch" => Touch(arguments[^1]),
            "rm" => Remove([.. arguments.Skip(1)]),
            _ => throw new InvalidOperationException($"the model does not know {CommandText.Display(command)}"),
        };
    }

    private Answer Engine(string[] arguments)
    {
        switch (arguments)
        {
            case ["version", ..]:
                return Testing.Answer.Text("4.3.1\n");
            case ["image", "inspect", .., var image]:
                return Images.Contains(image) ? Testing.Answer.Text("sha256:1\n") : Testing.Answer.Fails(125, $"Error: {image}: image not known");
            case ["pull", .., var image]:
                Images.Add(image);
                return Testing.Answer.Empty;
            case ["container", "inspect", var name]:
                return Containers.TryGetValue(name, out var found) ? Testing.Answer.Text(found.Json()) : Missing(name);
            case ["run", ..]:
                return Start(arguments);
            case ["wait", var name]:
                return Containers.ContainsKey(name) ? Testing.Answer.Text($"{ReleaseExitCode}\n") : Missing(name);
            case ["stop", .., var name]:
                return Containers.ContainsKey(name) ? Testing.Answer.Empty : Missing(name);
            case ["rm", .., var name]:
                return Containers.Remove(name) ? Testing.Answer.Empty : Missing(name);
            case ["logs", .., var name]:
                return Containers.ContainsKey(name) ? Testing.Answer.Text(Log) : Missing(name);
            default:
                throw new InvalidOperationException($"the model does not know podman {string.Join(' ', arguments)}");
        }
    }

    private Answer Start(string[] arguments)
    {
        var name = arguments[Array.IndexOf(arguments, "--name") + 1];
        if (Containers.ContainsKey(name))
            return Testing.Answer.Fails(125, $"the container name {name} is already in use");
        if (!Session.Files.ContainsKey(arguments[Array.IndexOf(arguments, "--env-file") + 1]))
            return Testing.Answer.Fails(125, "open env file: no such file or directory");
        var labels = arguments.Index().Where(pair => pair.Item == "--label").Select(pair => arguments[pair.Index + 1].Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        if (labels.ContainsKey(ContainerCommands.ReleaseLabel))
            ReleaseRuns++;
        Containers[name] = new Container($"id-{++_started}", "running", labels);
        return Testing.Answer.Text($"id-{_started}\n");
    }

    private bool Runs(string name) => Containers.TryGetValue(name, out var container) && container.Status == "running";

    private static Answer Missing(string name) => Testing.Answer.Fails(125, $"Error: no such container \"{name}\"");

    private static Answer Http(int status, string body) => Testing.Answer.Text($"{body}\n{status}");

    internal sealed record Container(string Id, string Status, Dictionary<string, string> Labels)
    {
        public string Json() => System.Text.Json.JsonSerializer.Serialize(new[]
        {
            new { Id, State = new { Status, ExitCode = Status == "exited" ? 139 : 0 }, RestartCount = 0, Image = "sha256:1", Config = new { Labels } },
        });
    }
}
