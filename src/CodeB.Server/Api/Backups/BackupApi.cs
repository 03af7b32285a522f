using CodeB.Domain.Naming;
using CodeB.Grains.Abstractions.Backups;
using CodeB.Server.Api.Operations;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Server.Api.Backups;

internal sealed class BackupApi(IGrainFactory grains, OperationStreams streams) : BackupService.BackupServiceBase
{
    public override async Task RunBackup(
        RunBackupRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context)
    {
        var job = grains.GetGrain<IBackupJobGrain>($"{ProjectName.Parse(request.Project)}/{IBackupJobGrain.Manual}");
        var command = new BackupCommand
        {
            Environment = EnvironmentName.Parse(request.Environment).Value,
            Components = [.. request.Components],
            StartedBy = context.Name(),
        };
        if (request.DryRun)
            await responseStream.WriteAsync((await job.PlanAsync(command)).ToUpdate("backup", request.Project));
        else
            await streams.FollowAsync(job, await job.RunAsync(command), responseStream, context);
    }

    public override async Task Restore(
        RestoreRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context)
    {
        var restores = grains.GetGrain<IRestoreGrain>(ProjectName.Parse(request.Project).Value);
        var command = new RestoreCommand
        {
            Environment = EnvironmentName.Parse(request.Environment).Value,
            Set = request.Set,
            Components = [.. request.Components],
            StartedBy = context.Name(),
        };
        if (request.DryRun)
            await responseStream.WriteAsync((await restores.PlanAsync(command)).ToUpdate("restore", request.Project));
        else
            await streams.FollowAsync(restores, await restores.RestoreAsync(command), responseStream, context);
    }

    public override async Task<V1.RestorePreview> PreviewRestore(PreviewRestoreRequest request, ServerCallContext context)
    {
        var preview = await grains.GetGrain<IRestoreGrain>(ProjectName.Parse(request.Project).Value).PreviewAsync(new RestoreCommand
        {
            Environment = EnvironmentName.Parse(request.Environment).Value,
            Set = request.Set,
            Components = [.. request.Components],
            StartedBy = context.Name(),
        });
        return preview.ToProto();
    }

    public override async Task<ListSetsResponse> ListSets(ListSetsRequest request, ServerCallContext context)
    {
        var response = new ListSetsResponse();
        response.Sets.AddRange((await Catalog(request.Project).ListAsync()).Select(BackupMapping.ToProto));
        return response;
    }

    public override async Task<BackupSet> GetSet(GetSetRequest request, ServerCallContext context) =>
        (await Catalog(request.Project).GetAsync(request.Set)).ToProto();

    public override async Task VerifySet(
        VerifySetRequest request, IServerStreamWriter<VerifyUpdate> responseStream, ServerCallContext context)
    {
        var progress = Catalog(request.Project).VerifyAsync(request.Set, request.Quick, context.CancellationToken);
        await foreach (var item in progress.WithCancellation(context.CancellationToken))
            await responseStream.WriteAsync(item.ToProto(), context.CancellationToken);
    }

    private IBackupCatalogGrain Catalog(string project) =>
        grains.GetGrain<IBackupCatalogGrain>(ProjectName.Parse(project).Value);
}
