using CodeB.Delivery.Containers;
using CodeB.Delivery.EnvFiles;
using CodeB.Delivery.Health;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Runbooks;

namespace CodeB.Delivery.Runbooks;

/// <summary>
/// Starts a version in the idle slot and waits until it is healthy. The slot with the traffic is never touched; a deploy that
/// fails leaves the idle slot empty.
/// </summary>
public static class DeployRunbook
{
    /// <summary>The fact with the container's id, for the slot's state.</summary>
    public const string ContainerIdFact = "container-id";

    /// <summary>The fact with the id of the image that runs.</summary>
    public const string ImageIdFact = "image-id";

    /// <summary>The first step that touches the idle slot: until it has begun, what was in the slot is as it was.</summary>
    public const string ClearSlotStep = "clear-slot";

    public static Runbook<DeployContext> Create() => new(
        "deploy",
        [
            new Step<DeployContext> { Name = "check-server", Do = Reported(CheckAsync), Inspect = (c, _, t) => CheckAsync(c, t), Timeout = TimeSpan.FromMinutes(1) },
            new Step<DeployContext>
            {
                Name = "fetch-image",
                IsDone = async (c, _, t) => await c.Engine.FindImageAsync(c.Input.Image, t) is not null,
                Do = (c, _, t) => FetchAsync(c, t),
                Inspect = InspectImageAsync,
                Timeout = TimeSpan.FromMinutes(11),
            },
            new Step<DeployContext>
            {
                Name = ClearSlotStep,
                Do = ClearAsync,
                Inspect = InspectSlotAsync,
                // A container may take its whole time to end by itself, after the last request has drained.
                Timeout = Drain.StepTimeout + ContainerEngine.RemoveLimit,
            },
            new Step<DeployContext>
            {
                Name = "write-env-file",
                Do = WriteEnvAsync,
                Undo = (c, _, t) => RemoveFileAsync(c.Host, c.Place.EnvFile(c.Settings), t),
                Inspect = (c, _, _) => Task.FromResult($"would write {EnvText(c)}"),
            },
            ReleaseStep.Create(),
            new Step<DeployContext>
            {
                Name = "start-container",
                IsDone = async (c, run, t) => await OwnAsync(c, run, t) is { IsRunning: true },
                Do = StartAsync,
                Undo = RemoveOwnAsync,
                Inspect = (c, _, _) => Task.FromResult($"would start {c.Place.ContainerName} from {c.Input.Image} on port {c.Place.Port}"),
                Timeout = ContainerEngine.RemoveLimit,
            },
            new Step<DeployContext>
            {
                Name = "wait-for-health",
                Do = WaitForHealthAsync,
                Inspect = (c, _, _) => Task.FromResult(
                    $"would ask http://127.0.0.1:{c.Place.Port}{c.Input.Health.Path} for {c.Input.Health.ExpectedStatus}, for at most {c.Input.Health.Timeout.TotalSeconds:0.#} s"),
                Timeout = TimeSpan.FromMinutes(15),
            },
            new Step<DeployContext>
            {
                Name = "record",
                Do = RecordAsync,
                Inspect = (c, _, _) => Task.FromResult($"would note {c.Input.Version} as deployed in {c.Place.Word}"),
            },
        ]);

    private static Func<DeployContext, StepRun, CancellationToken, Task> Reported(Func<DeployContext, CancellationToken, Task<string>> check) =>
        async (context, run, token) => run.Report(await check(context, token));

    private static async Task<string> CheckAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var place = context.Place;
        EnvFile.Render(context.Env);
        var version = await context.Engine.VersionAsync(cancellationToken);

        // The caller's state may be wrong, for instance after a restore of the control database: the server has the last word.
        if ((await context.Traffic.OpenGatesAsync(cancellationToken)).Contains(place.Slot))
            throw DomainException.Precondition($"{context.Server}: {place.Pair} {place.Word} has the traffic; a deploy goes into the other slot");
        return $"{version} on {context.Server}; {place.Word} has no traffic";
    }

    private static async Task FetchAsync(DeployContext context, CancellationToken cancellationToken)
    {
        if (IsLocal(context.Input.Image))
            throw MissingImage(context);
        await context.Engine.PullAsync(context.Input.Image, cancellationToken);
    }

    private static async Task<string> InspectImageAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (context.Input.ImageFollows)
            return $"{context.Input.Image} would be sent and loaded";
        if (await context.Engine.FindImageAsync(context.Input.Image, cancellationToken) is not null)
            return $"{context.Input.Image} is on {context.Server}";
        return IsLocal(context.Input.Image) ? throw MissingImage(context) : $"would pull {context.Input.Image}";
    }

    private static bool IsLocal(string image) => image.StartsWith("localhost/", StringComparison.Ordinal);

    private static DomainException MissingImage(DeployContext context) => DomainException.Precondition(
        $"{context.Server}: image {context.Input.Image} is not there, and one of localhost/ comes from no registry; send it along with 'we deploy {context.Place.Project} {context.Input.Version} --image-file ARCHIVE', or load it there");

    private static async Task ClearAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        var place = context.Place;
        if (await context.Engine.FindAsync(place.ContainerName, cancellationToken) is { } old)
        {
            RefuseForeign(context, old);
            if (old.OperationId == run.OperationId)
                return;
            await context.Drain.WaitAsync(place, context.Input.TrafficLostAt, context.Input.DrainTime, run.Report, cancellationToken);
            run.Report($"removing {place.ContainerName} with {old.Version}");
            await context.Engine.RemoveAsync(place.ContainerName, cancellationToken);
        }

        await RefuseBusyPortAsync(context, cancellationToken);
        run.Report($"{place.Word} is empty, port {place.Port} is free");
    }

    private static async Task<string> InspectSlotAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (await context.Engine.FindAsync(context.Place.ContainerName, cancellationToken) is { } old)
        {
            RefuseForeign(context, old);
            return $"would remove {context.Place.ContainerName} with {old.Version} ({old.Status})";
        }

        await RefuseBusyPortAsync(context, cancellationToken);
        return $"{context.Place.Word} is empty, port {context.Place.Port} is free";
    }

    private static void RefuseForeign(DeployContext context, ContainerState container)
    {
        if (!container.BelongsTo(context.Place))
        {
            throw DomainException.Precondition(
                $"{context.Server}: there is a container {context.Place.ContainerName} that is not {context.Place.Pair}'s; rename or remove it");
        }
    }

    private static async Task RefuseBusyPortAsync(DeployContext context, CancellationToken cancellationToken)
    {
        var listeners = await context.Host.RunAsync(
            Command.Of("ss", "-Hltn", "sport", "=", $":{context.Place.Port}"), cancellationToken: cancellationToken);
        if (listeners.Output.Trim().Length > 0)
            throw DomainException.Precondition($"{context.Server}: port {context.Place.Port} is in use by something that is not CodeB's; end it first ('ss -ltnp')");
    }

    private static async Task WriteEnvAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        await context.Host.WriteFileAsync(context.Place.EnvFile(context.Settings), EnvFile.Render(context.Env), EnvFile.Mode, cancellationToken);
        run.Report($"wrote {EnvText(context)}");
    }

    private static string EnvText(DeployContext context) => $"{context.Place.EnvFile(context.Settings)} with {context.Env.Count} variables";

    private static async Task<ContainerState?> OwnAsync(DeployContext context, StepRun run, CancellationToken cancellationToken) =>
        await context.Engine.FindAsync(context.Place.ContainerName, cancellationToken) is { } found
        && found.BelongsTo(context.Place) && found.OperationId == run.OperationId ? found : null;

    private static async Task StartAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        // One that was created and did not start, in an attempt that a kill interrupted.
        await RemoveOwnAsync(context, run, cancellationToken);
        var id = await context.Engine.RunAsync(context.Spec(run.OperationId), cancellationToken);
        run.Report($"started {context.Place.ContainerName} ({id[..Math.Min(12, id.Length)]})");
    }

    private static async Task RemoveOwnAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (await OwnAsync(context, run, cancellationToken) is not null)
            await context.Engine.RemoveAsync(context.Place.ContainerName, cancellationToken);
    }

    internal static Task RemoveFileAsync(IHostSession host, string path, CancellationToken cancellationToken) =>
        host.RunAsync(Command.Of("rm", "-f", path), cancellationToken: cancellationToken);

    private static async Task WaitForHealthAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        var gate = new HealthGate(context.Host, context.Settings, context.Time);
        var requests = await gate.WaitAsync(context.Place, context.Input.Health, context.Redaction, run.Report, cancellationToken);
        run.Report($"{context.Place.ContainerName} is healthy after {requests} requests");
    }

    private static async Task RecordAsync(DeployContext context, StepRun run, CancellationToken cancellationToken)
    {
        if (await OwnAsync(context, run, cancellationToken) is not { IsRunning: true } container)
        {
            var log = await context.Engine.LogsAsync(context.Place.ContainerName, HealthGate.LogLines, context.Redaction, cancellationToken);
            throw DomainException.Precondition(
                $"{context.Server}: {context.Place.ContainerName} was healthy and does not run any more; the end of its log:\n{log}");
        }

        run.Facts[ContainerIdFact] = container.Id;
        run.Facts[ImageIdFact] = container.ImageId;
        run.Report($"{context.Input.Version} is deployed in {context.Place.Word}");
    }
}
