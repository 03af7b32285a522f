using System.Text;
using CodeB.Domain.Errors;
using CodeB.Domain.Secrets;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Containers;

/// <summary>The container engine of one server.</summary>
public sealed class ContainerEngine(IHostSession host, ContainerSettings settings)
{
    /// <summary>For steps that remove a container: it may take all of the longest time that it can be given to end by itself.</summary>
    public static readonly TimeSpan RemoveLimit = TimeSpan.FromMinutes(12);

    private const int LongestLine = 1000;

    private ContainerCommands? _commands;

    /// <summary>The engine's name and version, such as <c>podman 4.3.1</c>.</summary>
    /// <exception cref="HostException">The engine is missing or does not answer.</exception>
    public async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        var version = await host.RunAsync((await CommandsAsync(cancellationToken)).Version(), cancellationToken: cancellationToken);
        return $"{await EngineDetection.NameAsync(host, settings, cancellationToken)} {version.Output.Trim()}";
    }

    /// <summary>The container of that name, or null.</summary>
    public async Task<ContainerState?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var result = await RunOrMissingAsync(commands => commands.Inspect(name), cancellationToken);
        return result is null ? null : ContainerState.Parse(result.Output);
    }

    /// <summary>The id of an image that is on the server, or null.</summary>
    public async Task<string?> FindImageAsync(string image, CancellationToken cancellationToken) =>
        (await RunOrMissingAsync(commands => commands.ImageId(image), cancellationToken))?.Output.Trim();

    /// <exception cref="DomainException">FailedPrecondition, with the server, the image and what the engine said.</exception>
    public async Task PullAsync(string image, CancellationToken cancellationToken)
    {
        var name = await EngineDetection.NameAsync(host, settings, cancellationToken);
        try
        {
            await host.RunAsync((await CommandsAsync(cancellationToken)).Pull(image), cancellationToken: cancellationToken);
        }
        catch (HostException error) when (error.Failure == HostFailure.CommandFailed)
        {
            throw new DomainException(
                ErrorCode.FailedPrecondition,
                $"{host.Server.Name}: {name} could not pull {image}: {error.ErrorOutput.Trim()}; check the reference, and that {host.Server.Name} may pull it ('{name} login' there)",
                inner: error);
        }
        catch (HostException error) when (error.Failure == HostFailure.TimedOut)
        {
            throw new DomainException(
                ErrorCode.DeadlineExceeded,
                $"{host.Server.Name}: {name} has not pulled {image} within {settings.PullTimeout.TotalMinutes:0} min; {error.ErrorOutput.Trim()}",
                inner: error);
        }
    }

    /// <summary>Loads an image archive (docker-archive or OCI, as a tar) that <paramref name="produce"/> writes.</summary>
    /// <param name="scratch">Folder on the server where the engine may keep the archive while it arrives.</param>
    /// <param name="produce">Writes the archive; when it throws, the engine is ended before it has all of it and keeps nothing.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The references of what was loaded: a name with its tag, or an id where it has none.</returns>
    public async Task<IReadOnlyList<string>> LoadAsync(
        string scratch, Func<Stream, CancellationToken, Task> produce, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        await host.PipeAsync(
            (await CommandsAsync(cancellationToken)).Load(scratch), produce, (stream, token) => stream.CopyToAsync(output, token), cancellationToken);
        return LoadedImages.Parse(Encoding.UTF8.GetString(output.ToArray()));
    }

    /// <summary>Starts a container and returns its id.</summary>
    public async Task<string> RunAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
        (await host.RunAsync((await CommandsAsync(cancellationToken)).Run(spec), cancellationToken: cancellationToken)).Output.Trim();

    /// <summary>Starts a program in the image of a slot's next container; see <see cref="ContainerCommands.RunRelease"/>.</summary>
    public async Task RunReleaseAsync(ContainerSpec spec, IReadOnlyList<string> program, CancellationToken cancellationToken) =>
        await host.RunAsync((await CommandsAsync(cancellationToken)).RunRelease(spec, program), cancellationToken: cancellationToken);

    /// <summary>Waits until a container has ended and returns its exit code.</summary>
    /// <exception cref="HostException">TimedOut: it still runs.</exception>
    public async Task<int> WaitAsync(string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync((await CommandsAsync(cancellationToken)).Wait(name, timeout), cancellationToken: cancellationToken);
        return int.TryParse(result.Output.Trim(), out var code)
            ? code
            : throw new DomainException(ErrorCode.Internal, $"{host.Server.Name}: waiting for {name} gave '{result.Output.Trim()}' instead of an exit code");
    }

    /// <summary>Stops and removes a container; one that is not there is fine.</summary>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        await RunOrMissingAsync(commands => commands.Stop(name), cancellationToken);
        await RunOrMissingAsync(commands => commands.Remove(name), cancellationToken);
    }

    /// <summary>The last lines of both its streams without secrets, each cut to a sensible length; empty where there are none.</summary>
    public async Task<string> LogsAsync(string name, int lines, Redaction redaction, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync((await CommandsAsync(cancellationToken)).Logs(name, lines), cancellationToken: cancellationToken);
        // Secrets go first: a value that is cut in two would no longer be known.
        return result.ExitCode != 0
            ? ""
            : string.Join('\n', redaction.Apply(result.Output).Trim().Split('\n').Select(line => line.Length <= LongestLine ? line : line[..LongestLine] + "…"));
    }

    /// <summary>Streams a container's output as it is, secrets included, into <paramref name="consume"/>.</summary>
    /// <param name="name">The container.</param>
    /// <param name="lines">How many of the last lines.</param>
    /// <param name="follow">Go on with new ones until it ends or the call is cancelled.</param>
    /// <param name="consume">Reads the stream.</param>
    /// <param name="cancellationToken">Ends the remote process.</param>
    public async Task ReadLogsAsync(
        string name, int lines, bool follow, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken)
    {
        var commands = await CommandsAsync(cancellationToken);
        await host.ReadAsync(follow ? commands.FollowLogs(name, lines) : commands.Logs(name, lines), consume, cancellationToken);
    }

    private async ValueTask<ContainerCommands> CommandsAsync(CancellationToken cancellationToken) =>
        _commands ??= new ContainerCommands(settings with { Engine = await EngineDetection.NameAsync(host, settings, cancellationToken) });

    private async Task<CommandResult?> RunOrMissingAsync(Func<ContainerCommands, Command> build, CancellationToken cancellationToken)
    {
        var command = build(await CommandsAsync(cancellationToken));
        var result = await host.RunAsync(command, cancellationToken: cancellationToken);
        if (result.ExitCode == 0)
            return result;
        if (result.ErrorOutput.Contains("no such", StringComparison.OrdinalIgnoreCase)
            || result.ErrorOutput.Contains("image not known", StringComparison.OrdinalIgnoreCase))
            return null;
        var line = $"{command.Program} {string.Join(' ', command.Arguments)}";
        throw new HostException(
            HostFailure.CommandFailed,
            host.Server.Name,
            line,
            $"{host.Server.Name}: '{line}' failed with exit code {result.ExitCode}: {result.ErrorOutput.Trim()}",
            result.ExitCode,
            result.ErrorOutput);
    }
}
