namespace Aspire.Hosting.ApplicationModel;

public static class KnownResourceCommands
{
    public static readonly string StartCommand = "start";
    public static readonly string StopCommand = "stop";
    public static readonly string RestartCommand = "restart";
}

public sealed class ExecuteCommandResult
{
    public required bool Success { get; init; }

    public string? ErrorMessage { get; init; }
}

/// <summary>Gives a resource one of the <see cref="KnownResourceCommands"/>.</summary>
public class ResourceCommandService
{
    private readonly Orchestration.Orchestrator _orchestrator;

    internal ResourceCommandService(Orchestration.Orchestrator orchestrator) => _orchestrator = orchestrator;

    public Task<ExecuteCommandResult> ExecuteCommandAsync(
        IResource resource, string commandName, CancellationToken cancellationToken = default) =>
        ExecuteCommandAsync(resource.Name, commandName, cancellationToken);

    public async Task<ExecuteCommandResult> ExecuteCommandAsync(
        string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        if (_orchestrator.Find(resourceId) is not { } runner)
            return new() { Success = false, ErrorMessage = $"Resource '{resourceId}' not found." };
        if (commandName == KnownResourceCommands.StartCommand)
        {
            if (!runner.Start())
                return new() { Success = false, ErrorMessage = $"Resource '{resourceId}' is started already." };
        }
        else if (commandName == KnownResourceCommands.StopCommand)
        {
            await runner.StopAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (commandName == KnownResourceCommands.RestartCommand)
        {
            await runner.StopAsync(cancellationToken).ConfigureAwait(false);
            runner.Start();
        }
        else
        {
            return new() { Success = false, ErrorMessage = $"Command '{commandName}' not available for resource '{resourceId}'." };
        }

        return new() { Success = true };
    }
}
