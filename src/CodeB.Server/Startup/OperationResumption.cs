using CodeB.Grains.Abstractions.Operations;

namespace CodeB.Server.Startup;

/// <summary>Wakes the owner of every operation that a stop of CodeB interrupted; its activation takes it up again.</summary>
internal sealed partial class OperationResumption(IGrainFactory grains, ILogger<OperationResumption> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var index = grains.GetGrain<IOperationIndexGrain>(IOperationIndexGrain.Key);
        foreach (var entry in await index.ListAsync("", runningOnly: true, limit: int.MaxValue))
        {
            try
            {
                await grains.GetOwner(entry).ResumeAsync();
            }
            catch (Exception error)
            {
                // One that cannot be taken up must not keep the others waiting; its reminder tries again.
                LogNotResumed(entry.Id, error);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Operation {Id} could not be taken up again")]
    private partial void LogNotResumed(string id, Exception error);
}
