using System.Text.Json;
using CodeB.Delivery.Containers;
using CodeB.Testing;

namespace CodeB.Grains.Tests.Simulation;

/// <summary>A container of the simulated engine.</summary>
internal sealed record SimulatedContainer(string Name, string Id, int Port, Dictionary<string, string> Labels)
{
    public string Version => Labels[ContainerCommands.VersionLabel];
}

/// <summary>A container engine that understands the commands that the runbooks use. What it starts runs until it is removed.</summary>
internal sealed class SimulatedEngine
{
    private int _started;

    public Dictionary<string, SimulatedContainer> Containers { get; } = [];

    public SimulatedContainer? OnPort(int port) => Containers.Values.FirstOrDefault(container => container.Port == port);

    public Answer Run(string[] arguments) => arguments switch
    {
        ["version", ..] => Answer.Text("4.3.1\n"),
        ["image", "inspect", ..] => Answer.Text("sha256:1\n"),
        ["container", "inspect", var name] => Containers.TryGetValue(name, out var found) ? Answer.Text(Json(found)) : Missing(name),
        ["run", ..] => Start(arguments),
        ["stop", .., var name] => Containers.ContainsKey(name) ? Answer.Empty : Missing(name),
        ["rm", .., var name] => Containers.Remove(name) ? Answer.Empty : Missing(name),
        ["logs", ..] => Answer.Text("the last line\n"),
        _ => throw new InvalidOperationException($"the simulated engine does not know '{string.Join(' ', arguments)}'"),
    };

    private Answer Start(string[] arguments)
    {
        var name = arguments[Array.IndexOf(arguments, "--name") + 1];
        var port = int.Parse(arguments.First(a => a.StartsWith("PORT=", StringComparison.Ordinal))["PORT=".Length..], null);
        var labels = arguments.Select((argument, i) => (argument, i)).Where(a => a.argument == "--label")
            .Select(a => arguments[a.i + 1].Split('=', 2)).ToDictionary(label => label[0], label => label[1]);
        if (Containers.ContainsKey(name))
            return Answer.Fails(125, $"Error: the container name \"{name}\" is already in use");
        if (OnPort(port) is { } other)
            throw new InvalidOperationException($"{name} was started on port {port}, which {other.Name} has");
        var container = new SimulatedContainer(name, $"id{++_started:D12}", port, labels);
        Containers[name] = container;
        return Answer.Text(container.Id + "\n");
    }

    private static Answer Missing(string name) => Answer.Fails(125, $"Error: no such container {name}");

    private static string Json(SimulatedContainer container) => JsonSerializer.Serialize(new[]
    {
        new
        {
            container.Id,
            State = new { Status = "running", ExitCode = 0 },
            RestartCount = 0,
            Image = "sha256:1",
            Config = new { container.Labels },
        },
    });
}
