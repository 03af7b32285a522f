using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Grains.Abstractions.Backups;
using CodeB.Protection.Runbooks;
using CodeB.Runbooks;

namespace CodeB.Grains.Backups;

/// <summary>A set that an operation on slots needs of all that its project has.</summary>
public sealed record SetWish
{
    public required string Project { get; init; }
    public required string Environment { get; init; }
    public required string StartedBy { get; init; }

    /// <summary>A line for the set's manifest: why it was taken and who refers to it.</summary>
    public required string Note { get; init; }
}

/// <summary>Takes a backup set as one step of another operation.</summary>
public interface ISetTaker
{
    /// <summary>Reads only: what would be stored.</summary>
    Task<string> InspectAsync(SetWish wish, CancellationToken cancellationToken);

    /// <summary>Takes the set for this operation, or goes on with the one that it has begun before.</summary>
    Task<BackupManifest> TakeAsync(SetWish wish, StepRun run, CancellationToken cancellationToken);

    /// <summary>Stops one that is being taken. A finished set stays: what failed after it may be what it is needed for.</summary>
    Task StopAsync(SetWish wish, StepRun run, CancellationToken cancellationToken);
}

/// <summary>
/// The backup is an operation of its own, of the project's job: it survives a kill by itself, two of one project are never
/// written at once, and a step that is taken up again finds the run that it had started. While another backup of the project
/// runs, the step fails with that one's id, before anything was touched.
/// </summary>
public sealed class SetTaker(IGrainFactory grains, TimeProvider time) : ISetTaker
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);

    public async Task<string> InspectAsync(SetWish wish, CancellationToken cancellationToken)
    {
        var findings = await Job(wish).PlanAsync(Command(wish, ""));
        return findings.Find(finding => !finding.Ok) is { } obstacle
            ? throw DomainException.Precondition($"{obstacle.Step}: {obstacle.Message}")
            : $"would take a backup set first: {findings[0].Message}";
    }

    public async Task<BackupManifest> TakeAsync(SetWish wish, StepRun run, CancellationToken cancellationToken)
    {
        var job = Job(wish);
        var started = await job.RunAsync(Command(wish, run.OperationId));
        run.Report($"{started.Id} takes the set");
        var ended = await FollowAsync(job, started, run, cancellationToken);
        return ended.State == OperationState.Succeeded && BackupRunbook.ManifestOf(ended.Facts) is { } manifest
            ? manifest
            : throw new DomainException(
                Enum.TryParse<ErrorCode>(ended.ErrorCode, out var code) ? code : ErrorCode.Internal, $"{ended.Id}: {ended.Error}");
    }

    public async Task StopAsync(SetWish wish, StepRun run, CancellationToken cancellationToken)
    {
        var job = Job(wish);
        if (await job.FindRunAsync(run.OperationId) is not { IsFinished: false } running)
            return;
        try
        {
            await job.CancelAsync(running.Id);
        }
        catch (DomainException error) when (error.Code == ErrorCode.FailedPrecondition)
        {
            // It has ended in between.
        }

        await FollowAsync(job, running, run, cancellationToken);
    }

    private async Task<Operation> FollowAsync(IBackupJobGrain job, Operation operation, StepRun run, CancellationToken cancellationToken)
    {
        while (true)
        {
            await foreach (var item in job.WatchAsync(operation.Id, cancellationToken))
            {
                if (item.BytesTotal > 0)
                    run.Report(item.BytesDone, item.BytesTotal);
                if (item.Message.Length > 0 && item.Step.Length > 0)
                    run.Report($"{operation.Id}: {item.Step}: {item.Message}");
            }

            if (await job.GetOperationAsync(operation.Id) is { IsFinished: true } ended)
                return ended;
            await Task.Delay(AskAgain, time, cancellationToken);
        }
    }

    private IBackupJobGrain Job(SetWish wish) => grains.GetGrain<IBackupJobGrain>($"{wish.Project}/{IBackupJobGrain.Manual}");

    private static BackupCommand Command(SetWish wish, string operationId) => new()
    {
        Environment = wish.Environment,
        StartedBy = wish.StartedBy,
        For = operationId,
        Note = wish.Note,
    };
}
