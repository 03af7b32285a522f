using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Servers;
using CodeB.Runbooks;
using Microsoft.Extensions.Logging;

namespace CodeB.Grains.Operations;

/// <summary>What every operation grain needs beside its own state.</summary>
public sealed class OperationTools(IGrainFactory grains, RunbookRunner runner, Fleet fleet, TimeProvider time, ILogger<OperationTools> logger)
{
    public RunbookRunner Runner => runner;

    public Fleet Fleet => fleet;

    public ILogger Logger => logger;

    public TimeProvider Time => time;

    internal IOperationIndexGrain Index => grains.GetGrain<IOperationIndexGrain>(IOperationIndexGrain.Key);
}
