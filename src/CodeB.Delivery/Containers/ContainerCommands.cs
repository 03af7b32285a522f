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

    /// <summary>On a slot's container: <see cref="ContainerSpec.Fingerprint"/>.</summary>
    public const string FingerprintLabel = "codeb.fingerprint";

    /// <summary>On a release command's container, in place of <see cref="SlotLabel"/>: the slot that it prepares.</summary>
    public const string ReleaseLabel = "codeb.release";

    /// <summary>The longest time that a container may take to end by itself.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromMinutes(10);

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
        AddLimits(arguments, spec);
        foreach (var (name, value) in spec.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            arguments.AddRange(["--label", $"{name}={value}"]);
        AddLabels(arguments, spec, SlotLabel);
        if (spec.Fingerprint.Length > 0)
            arguments.AddRange(["--label", $"{FingerprintLabel}={spec.Fingerprint}"]);
        arguments.Add(spec.Image);
        return Engine([.. arguments]) with { Timeout = TimeSpan.FromMinutes(1) };
    }

    /// <summary>
    /// Starts a program in the image that a slot is to run, in the same surroundings and beside the slot's container. It is not
    /// removed when it ends: its exit code and its output are read then, whether or not the same CodeB still runs.
    /// </summary>
    public Command RunRelease(ContainerSpec spec, IReadOnlyList<string> program)
    {
        List<string> arguments = ["run", "-d", "--pull", "never", "--name", spec.Place.ReleaseName, "--env-file", spec.EnvFile];
        if (spec.ContainerPort is { } inside)
            arguments.AddRange(["--env", $"PORT={inside}"]);
        else
            arguments.AddRange(["--env", $"PORT={spec.Place.Port}", "--network", "host"]);
        AddLimits(arguments, spec);
        AddLabels(arguments, spec, ReleaseLabel);
        // The image's own entry point starts the application.
        arguments.AddRange(["--entrypoint", program[0], spec.Image, .. program.Skip(1)]);
        return Engine([.. arguments]) with { Timeout = TimeSpan.FromMinutes(1) };
    }

    /// <summary>Returns when the container has ended, with its exit code as output.</summary>
    public Command Wait(string name, TimeSpan timeout) => Engine("wait", name) with { Timeout = timeout };

    /// <summary>JSON of one container; read by <see cref="ContainerState.Parse"/>.</summary>
    public Command Inspect(string name) => Engine("container", "inspect", name) with { SuccessExitCodes = [.. FoundOrNot] };

    /// <summary>The ids of all containers that CodeB has started, whether they run or not.</summary>
    public Command OwnIds() => Engine("ps", "-a", "-q", "--filter", $"label={ProjectLabel}");

    public Command ImageId(string image) => Engine("image", "inspect", "--format", "{{.Id}}", image) with { SuccessExitCodes = [.. FoundOrNot] };

    public Command Pull(string image) => Engine("pull", "-q", image) with { Timeout = settings.PullTimeout };

    /// <summary>Reads an image archive from its standard input and writes the references of what it has loaded.</summary>
    /// <param name="scratch">Where podman keeps the archive while it arrives; docker has a place of its own.</param>
    public Command Load(string scratch)
    {
        var load = Engine("load", "-q") with { Timeout = settings.LoadTimeout };
        return load with { Environment = load.Environment.Add("TMPDIR", scratch) };
    }

    /// <summary>Ends a container within the time that it was given when it was started.</summary>
    public Command Stop(string name) => Engine("stop", name) with
    {
        Timeout = LongestStop + TimeSpan.FromSeconds(30),
        SuccessExitCodes = [.. FoundOrNot],
    };

    /// <summary>Removes a container and its anonymous volumes; a running one is killed, so stop it first.</summary>
    public Command Remove(string name) => Engine("rm", "-f", "-v", name) with { SuccessExitCodes = [.. FoundOrNot] };

    /// <summary>The last lines that a container has written to either of its streams, in their order.</summary>
    public Command Logs(string name, int lines) => Merged(Engine("logs", "--tail", Number(lines), name)) with
    {
        SuccessExitCodes = [.. FoundOrNot],
    };

    /// <summary>The same, and then every new line until the container ends or nobody reads any more.</summary>
    public Command FollowLogs(string name, int lines) => Merged(Engine("logs", "--tail", Number(lines), "--follow", name)) with
    {
        Timeout = TimeSpan.FromDays(7),
    };

    private Command Engine(params ReadOnlySpan<string> arguments) => Command.Of(settings.Engine, [.. settings.EngineOptions, .. arguments]);

    /// <summary>Both streams as one: a container's errors stand between its other lines as they came.</summary>
    private static Command Merged(Command command) =>
        Command.Of("sh", ["-c", "exec \"$@\" 2>&1", "sh", command.Program, .. command.Arguments]);

    private static void AddLimits(List<string> arguments, ContainerSpec spec)
    {
        arguments.AddRange(["--stop-timeout", Number((int)Math.Ceiling(spec.StopTimeout.TotalSeconds))]);
        if (spec.MemoryBytes is { } bytes)
            arguments.AddRange(["--memory", $"{bytes}b"]);
        if (spec.Cpus is { } cpus)
            arguments.AddRange(["--cpus", cpus.ToString("0.###", CultureInfo.InvariantCulture)]);
    }

    private static void AddLabels(List<string> arguments, ContainerSpec spec, string slotLabel)
    {
        (string Name, string Value)[] labels =
        [
            (ProjectLabel, spec.Place.Project.Value),
            (EnvironmentLabel, spec.Place.Environment.Value),
            (slotLabel, spec.Place.Word),
            (VersionLabel, spec.Version),
            (OperationLabel, spec.OperationId),
        ];
        foreach (var (name, value) in labels)
            arguments.AddRange(["--label", $"{name}={value}"]);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
