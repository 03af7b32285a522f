using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Containers;

/// <summary>The container engine of one server.</summary>
public sealed class ContainerEngine(IHostSession host, ContainerSettings settings)
{
    private readonly ContainerCommands _commands = new(settings);

    /// <exception cref="HostException">The engine is missing or does not answer.</exception>
    public async Task<string> VersionAsync(CancellationToken cancellationToken) =>
        (await host.RunAsync(_commands.Version(), cancellationToken: cancellationToken)).Output.Trim();

    /// <summary>The container of that name, or null.</summary>
    public async Task<ContainerState?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var result = await RunOrMissingAsync(_commands.Inspect(name), cancellationToken);
        return result is null ? null : ContainerState.Parse(result.Output);
    }

    /// <summary>The id of an image that is on the server, or null.</summary>
    public async Task<string?> FindImageAsync(string image, CancellationToken cancellationToken) =>
        (await RunOrMissingAsync(_commands.ImageId(image), cancellationToken))?.Output.Trim();

    public Task PullAsync(string image, CancellationToken cancellationToken) =>
        host.RunAsync(_commands.Pull(image), cancellationToken: cancellationToken);

    /// <summary>Loads an image archive (docker-archive or OCI, as a tar) that <paramref name="produce"/> writes.</summary>
    public Task LoadAsync(Func<Stream, CancellationToken, Task> produce, CancellationToken cancellationToken) =>
        host.WriteAsync(_commands.Load(), produce, cancellationToken);

    /// <summary>Starts a container and returns its id.</summary>
    public async Task<string> RunAsync(ContainerSpec spec, CancellationToken cancellationToken) =>
        (await host.RunAsync(_commands.Run(spec), cancellationToken: cancellationToken)).Output.Trim();

    /// <summary>Stops and removes a container; one that is not there is fine.</summary>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        await RunOrMissingAsync(_commands.Stop(name), cancellationToken);
        await RunOrMissingAsync(_commands.Remove(name), cancellationToken);
    }

    /// <summary>The last lines of both its streams, unredacted; empty where it is not there.</summary>
    public async Task<string> LogsAsync(string name, int lines, CancellationToken cancellationToken)
    {
        var result = await RunOrMissingAsync(_commands.Logs(name, lines), cancellationToken);
        return result is null ? "" : (result.Output + result.ErrorOutput).Trim();
    }

    private async Task<CommandResult?> RunOrMissingAsync(Command command, CancellationToken cancellationToken)
    {
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
