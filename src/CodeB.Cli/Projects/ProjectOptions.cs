using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.V1;
using Duration = Google.Protobuf.WellKnownTypes.Duration;

namespace CodeB.Cli.Projects;

/// <summary>The settings that <c>we project create</c> and <c>we project set</c> share.</summary>
internal sealed class ProjectOptions
{
    private readonly Option<int?> _port = new("--port")
    {
        Description = "port on which the application listens in a network of its own; 0: it shares the server's network and listens on PORT",
        HelpName = "PORT",
    };

    private readonly Option<string?> _memory = new("--memory") { Description = "memory at most, such as 512m or 2g; 0: no limit", HelpName = "SIZE" };
    private readonly Option<double?> _cpus = new("--cpus") { Description = "CPUs at most, such as 1.5; 0: no limit", HelpName = "N" };
    private readonly Option<int?> _stop = new("--stop-seconds") { Description = "time to end by itself before it is killed (default: 10)", HelpName = "N" };

    private readonly Option<string[]> _labels = new("--label")
    {
        Description = "a label of its containers (repeatable); with nothing behind the '=' it is taken away",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _release = new("--release-command")
    {
        Description = "program and arguments to run in the new image before it is started, such as a migration; '' for none",
        HelpName = "'PROGRAM ARGUMENTS'",
    };

    private readonly Option<string?> _path = new("--health-path") { Description = "path of its health check (default: /health)", HelpName = "PATH" };
    private readonly Option<int?> _status = new("--health-status") { Description = "status of a healthy answer (default: 200)", HelpName = "CODE" };
    private readonly Option<string?> _interval = new("--health-interval") { Description = "time between two requests (default: 250ms)", HelpName = "TIME" };
    private readonly Option<string?> _timeout = new("--health-timeout") { Description = "time in which it must become healthy, such as 90s", HelpName = "TIME" };
    private readonly Option<int?> _successes = new("--health-successes") { Description = "good answers in a row (default: 2)", HelpName = "N" };

    public Option<string?> ImageRepository { get; } = new("--image-repository")
    {
        Description = "its image without the tag, which is the version: deploys then need no --image",
        HelpName = "REF",
    };

    public void AddTo(WeCommand command)
    {
        Option[] all =
        [
            ImageRepository, _port, _memory, _cpus, _stop, _labels, _release, _path, _status, _interval, _timeout, _successes,
        ];
        foreach (var option in all)
            command.Options.Add(option);
    }

    /// <summary>The settings with what is given; null where nothing is.</summary>
    public ContainerSettings? Container(Invocation we, ContainerSettings now)
    {
        var settings = now.Clone();
        settings.Port = we.Get(_port) ?? now.Port;
        settings.MemoryMegabytes = we.Get(_memory) is { } memory ? ProjectInput.Megabytes(memory) : now.MemoryMegabytes;
        settings.Cpus = we.Get(_cpus) ?? now.Cpus;
        settings.StopSeconds = we.Get(_stop) ?? now.StopSeconds;
        foreach (var (name, value) in we.Get(_labels).Select(ProjectInput.Label))
        {
            if (value.Length == 0)
                settings.Labels.Remove(name);
            else
                settings.Labels[name] = value;
        }

        if (we.Get(_release) is { } release)
        {
            settings.ReleaseCommand.Clear();
            settings.ReleaseCommand.AddRange(CommandLine.Split(release, "--release-command"));
        }

        var isGiven = we.Get(_port) is not null || we.Get(_memory) is not null || we.Get(_cpus) is not null || we.Get(_stop) is not null
            || we.Get(_labels).Length > 0 || we.Get(_release) is not null;
        return isGiven ? settings : null;
    }

    /// <inheritdoc cref="Container"/>
    public HealthSettings? Health(Invocation we, HealthSettings now)
    {
        var settings = now.Clone();
        settings.Path = we.Get(_path) ?? now.Path;
        settings.ExpectedStatus = we.Get(_status) ?? now.ExpectedStatus;
        settings.Interval = we.Get(_interval) is { } interval ? Duration.FromTimeSpan(ProjectInput.Time(interval, "--health-interval", "health.interval")) : now.Interval;
        settings.Timeout = we.Get(_timeout) is { } timeout ? Duration.FromTimeSpan(ProjectInput.Time(timeout, "--health-timeout", "health.timeout")) : now.Timeout;
        settings.Successes = we.Get(_successes) ?? now.Successes;
        var isGiven = we.Get(_path) is not null || we.Get(_status) is not null || we.Get(_interval) is not null || we.Get(_timeout) is not null
            || we.Get(_successes) is not null;
        return isGiven ? settings : null;
    }
}
