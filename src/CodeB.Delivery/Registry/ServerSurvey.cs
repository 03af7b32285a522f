using System.Globalization;
using System.Text.Json;
using CodeB.Delivery.Containers;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Registry;

/// <summary>A container as a look over the whole server finds it.</summary>
/// <param name="Name">Without the slash that docker writes before it.</param>
/// <param name="State">What the engine says about it.</param>
public sealed record FoundContainer(string Name, ContainerState State);

/// <summary>Looks over an app server without changing it: a few commands, however many environments it has.</summary>
public sealed class ServerSurvey(IHostSession host, DeliverySettings settings)
{
    /// <summary>Every container, whoever started it.</summary>
    public async Task<IReadOnlyList<FoundContainer>> ContainersAsync(CancellationToken cancellationToken)
    {
        var engine = await EngineDetection.NameAsync(host, settings.Containers, cancellationToken);
        string[] options = [.. settings.Containers.EngineOptions];
        var ids = await host.RunAsync(Command.Of(engine, [.. options, "ps", "-aq", "--no-trunc"]), cancellationToken: cancellationToken);
        string[] all = ids.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (all.Length == 0)
            return [];
        var inspected = await host.RunAsync(
            Command.Of(engine, [.. options, "container", "inspect", .. all]) with { SuccessExitCodes = [0, 1, 125] }, cancellationToken: cancellationToken);
        return Parse(inspected.Output);
    }

    /// <summary>The TCP ports on which something listens.</summary>
    public async Task<IReadOnlySet<int>> ListeningAsync(CancellationToken cancellationToken)
    {
        var listening = await host.RunAsync(Command.Of("ss", "-Hltn"), cancellationToken: cancellationToken);
        return listening.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 3)
            .Select(words => int.Parse(words[3][(words[3].LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture))
            .ToHashSet();
    }

    /// <summary>The ENV files by path, with their modes as chmod takes them.</summary>
    public async Task<IReadOnlyDictionary<string, string>> EnvFilesAsync(CancellationToken cancellationToken)
    {
        var files = await host.RunAsync(
            Command.Of("find", settings.EnvDirectory, "-mindepth", "3", "-maxdepth", "3", "-type", "f", "-name", "*.env", "-printf", "%m\\t%p\\n")
                with
            { SuccessExitCodes = [0, 1] },
            cancellationToken: cancellationToken);
        return files.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t', 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[1], parts => parts[0]);
    }

    /// <summary>A container that went away between the two commands is not in the answer.</summary>
    internal static IReadOnlyList<FoundContainer> Parse(string json)
    {
        using var document = JsonDocument.Parse(json.Length == 0 ? "[]" : json);
        return
        [
            .. document.RootElement.EnumerateArray().Select(container => new FoundContainer(
                (container.GetProperty("Name").GetString() ?? "").TrimStart('/'), ContainerState.Parse($"[{container.GetRawText()}]"))),
        ];
    }
}
