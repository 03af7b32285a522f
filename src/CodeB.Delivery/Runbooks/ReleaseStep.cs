using CodeB.Delivery.Containers;
using CodeB.Delivery.Health;
using CodeB.Delivery.Slots;
using CodeB.Domain.Errors;
using CodeB.Hosts.Sessions;
using CodeB.Runbooks;

namespace CodeB.Delivery.Runbooks;

/// <summary>
/// Runs the project's release command, such as a migration, once in the new image, with the environment's ENV file, before the
/// slot's container starts. The slot with the traffic goes on meanwhile.
/// <para>
/// At least once: a deploy that is interrupted and resumed waits for the container that it has started before and takes its exit
/// code, so that the command never runs twice at the same time; but a deploy that fails later, or a server that goes down in the
/// middle, leads to another run. A release command must be one that can be repeated.
/// </para>
/// </summary>
internal static class ReleaseStep
{
    /// <summary>Set once the command has succeeded.</summary>
    private const string DoneFact = "release";

    public static Step<DeployContext> Create() => new()
    {
        Name = "release",
        IsDone = IsDoneAsync,
        Do = RunAsync,
        Undo = RemoveOwnAsync,
        Inspect = (c, _, _) => Task.FromResult(
            c.Input.ReleaseCommand.Count == 0 ? NoCommand : $"would run {Text(c)} in {c.Input.Image}, for at most {c.Settings.ReleaseTimeout.TotalMinutes:0.#} min"),
        // The settings' limit is the one that counts; this one is beyond any.
        Timeout = TimeSpan.FromHours(24),
    };

    private const string NoCommand = "the project has no release command";

    private static string Text(DeployContext context) => context.Redaction.Apply($"'{string.Join(' ', context.Input.ReleaseCommand)}'");

    private static async Task<bool> IsDoneAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (context.Input.ReleaseCommand.Count == 0)
        {
            run.Report(NoCommand);
            return true;
        }

        if (!run.Facts.ContainsKey(DoneFact))
            return false;
        await RemoveOwnAsync(context, run, cancellationToken);
        return true;
    }

    private static async Task RunAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        var (name, began) = (context.Place.ReleaseName, context.Time.GetTimestamp());
        if (!await IsStartedAsync(context, run, cancellationToken))
        {
            run.Report($"running {Text(context)}");
            await context.Engine.RunReleaseAsync(context.Spec(run.OperationId), context.Input.ReleaseCommand, cancellationToken);
        }

        int exitCode;
        try
        {
            exitCode = await context.Engine.WaitAsync(name, context.Settings.ReleaseTimeout, cancellationToken);
        }
        catch (HostException error) when (error.Failure == HostFailure.TimedOut)
        {
            throw new DomainException(
                ErrorCode.DeadlineExceeded,
                $"{context.Server}: release command {Text(context)} has not ended after {context.Settings.ReleaseTimeout.TotalMinutes:0.#} min; {await LogAsync(context, cancellationToken)}",
                inner: error);
        }

        if (exitCode != 0)
        {
            throw DomainException.Precondition(
                $"{context.Server}: release command {Text(context)} ended with exit code {exitCode}; {await LogAsync(context, cancellationToken)}");
        }

        var log = await context.Engine.LogsAsync(name, 1, context.Redaction, cancellationToken);
        run.Facts[DoneFact] = "succeeded";
        await run.SaveAsync(cancellationToken);
        await context.Engine.RemoveAsync(name, cancellationToken);
        var took = context.Time.GetElapsedTime(began).TotalSeconds;
        run.Report($"{Text(context)} succeeded in {took:0.0} s{(log.Length > 0 ? $": {log}" : "")}");
    }

    /// <summary>Whether this operation's container is there and has been started; what else is in its place is removed or refused.</summary>
    private static async Task<bool> IsStartedAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        var (place, engine) = (context.Place, context.Engine);
        if (await engine.FindAsync(place.ReleaseName, cancellationToken) is not { } found)
            return false;
        if (!IsOf(found, place))
        {
            throw DomainException.Precondition(
                $"{context.Server}: there is a container {place.ReleaseName} that is not {place.Pair}'s; rename or remove it");
        }

        if (found.OperationId == run.OperationId && found.Status is not ("created" or "configured" or "initialized"))
        {
            run.Report($"{place.ReleaseName} was started before; waiting for its end");
            return true;
        }

        await engine.RemoveAsync(place.ReleaseName, cancellationToken);
        return false;
    }

    private static async Task RemoveOwnAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (await context.Engine.FindAsync(context.Place.ReleaseName, cancellationToken) is { } found
            && IsOf(found, context.Place) && found.OperationId == run.OperationId)
        {
            await context.Engine.RemoveAsync(context.Place.ReleaseName, cancellationToken);
        }
    }

    private static bool IsOf(ContainerState container, SlotPlace place) =>
        container.Labels.GetValueOrDefault(ContainerCommands.ProjectLabel) == place.Project.Value
        && container.Labels.GetValueOrDefault(ContainerCommands.EnvironmentLabel) == place.Environment.Value
        && container.Labels.GetValueOrDefault(ContainerCommands.ReleaseLabel) == place.Word;

    private static async Task<string> LogAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var log = await context.Engine.LogsAsync(context.Place.ReleaseName, HealthGate.LogLines, context.Redaction, cancellationToken);
        return log.Length == 0 ? "it wrote nothing" : $"the end of its output:\n{log}";
    }
}
