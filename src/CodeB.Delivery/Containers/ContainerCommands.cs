using System.Globalization;
using CodeB.Hosts.Commands;

namespace CodeB.Delivery.Containers;

/// <summary>
/// The container engine's command lines. Only what podman and docker understand in the same way is used: no
/// <c>image exists</c> and no <c>rm -t</c>, which docker lacks.
/// </summary>
public sealed class ContainerCommands(ContainerSettings settings)
{
    public const string ProjectLabel = "codeb.project";
    public const string EnvironmentLabel = "codeb.environment";
    public const string SlotLabel = "codeb.slot";
    public const string VersionLabel = "codeb.version";
    public const string OperationLabel = "codeb.operation";

    // "no such container" is 1 for docker and 125 for podman; the text tells it from other failures.
    private static readonly int[] FoundOrNot = [0, 1, 125];

    public Command Version() => Engine("version", "--format", "{{.Client.Version}}");

    public Command Run(ContainerSpec spec)
    {
        var place = spec.Place;
        List<string> arguments = ["run", "-d", "--pull", "never", "--name", place.ContainerName, "--env-file", spec.EnvFile];
        if (spec.ContainerPort is { } inside)
            arguments.AddRange(["--env", $"PORT={inside}", "--publish", $"127.0.0.1:{place.Port}:{inside}"]);
        else
            arguments.AddRange(["--env", $"PORT={place.Port}", "--network", "host"]);
        arguments.AddRange(["--restart", "unless-stopped"]);
        if (spec.MemoryBytes is { } bytes)
            arguments.AddRange(["--memory", $"{bytes}b"]);
        if (spec.Cpus is { } cpus)
            arguments.AddRange(["--cpus", cpus.ToString("0.###", CultureInfo.InvariantCulture)]);
        foreach (var (name, value) in Labels(spec))
            arguments.AddRange(["--label", $"{name}={value}"]);
        arguments.Add(spec.Image);
        return Engine([.. arguments]) with { Timeout = TimeSpan.FromMinutes(1) };
    }

    /// <summary>JSON of one container; read by <see cref="ContainerState.Parse"/>.</summary>
    public Command Inspect(string name) => Engine("container", "inspect", name) with { SuccessExitCodes = [.. FoundOrNot] };

    public Command ImageId(string image) => Engine("image", "inspect", "--format", "{{.Id}}", image) with { SuccessExitCodes = [.. FoundOrNot] };

    public Command Pull(string image) => Engine("pull", "-q", image) with { Timeout = settings.PullTimeout };

    /// <summary>Reads an image archive from its standard input.</summary>
    public Command Load() => Engine("load", "-q") with { Timeout = settings.PullTimeout };

    public Command Stop(string name)
    {
        var seconds = (int)Math.Ceiling(settings.StopTimeout.TotalSeconds);
        return Engine("stop", "-t", seconds.ToString(CultureInfo.InvariantCulture), name) with
        {
            Timeout = settings.StopTimeout + TimeSpan.FromSeconds(30),
            SuccessExitCodes = [.. FoundOrNot],
        };
    }

    /// <summary>Removes a container and its anonymous volumes; a running one is killed, so stop it first.</summary>
    public Command Remove(string name) => Engine("rm", "-f", "-v", name) with { SuccessExitCodes = [.. FoundOrNot] };

    public Command Logs(string name, int lines) => Engine("logs", "--tail", lines.ToString(CultureInfo.InvariantCulture), name) with
    {
        SuccessExitCodes = [.. FoundOrNot],
    };

    private Command Engine(params ReadOnlySpan<string> arguments) => Command.Of(settings.Engine, [.. settings.EngineOptions, .. arguments]);

    private static IEnumerable<(string Name, string Value)> Labels(ContainerSpec spec) =>
    [
        (ProjectLabel, spec.Place.Project.Value),
        (EnvironmentLabel, spec.Place.Environment.Value),
        (SlotLabel, spec.Place.Word),
        (VersionLabel, spec.Version),
        (OperationLabel, spec.OperationId),
    ];
}
