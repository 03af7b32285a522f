using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Projects;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Slots;
using CodeB.Server.Api.Operations;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Server.Api.Slots;

internal sealed class SlotApi(IGrainFactory grains, OperationStreams streams, ImageUploads uploads, SlotLogs logs) : SlotService.SlotServiceBase
{
    public override async Task Deploy(DeployRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context)
    {
        var pair = Pair(request.Project, request.Environment);
        var command = new DeployCommand
        {
            Version = request.Version,
            Image = request.Image,
            StartedBy = context.Name(),
            Force = request.Force,
            Snapshot = request.Snapshot,
            ImageFollows = request.DryRun && request.ImageFollows,
        };
        if (request.DryRun)
            await responseStream.WriteAsync((await pair.PlanDeployAsync(command)).ToUpdate("deploy", pair.GetPrimaryKeyString()));
        else
            await streams.FollowAsync(pair, await pair.DeployAsync(command), responseStream, context);
    }

    public override async Task<UploadImageResponse> UploadImage(IAsyncStreamReader<UploadImageRequest> requestStream, ServerCallContext context)
    {
        await using var upload = new UploadStream(requestStream);
        var first = await upload.StartAsync(context.CancellationToken);
        var pair = await Pair(first.Project, first.Environment).GetAsync();
        var image = await uploads.LoadAsync(pair.Pair.Server, upload, context.CancellationToken);
        return new UploadImageResponse { Image = image, Bytes = upload.BytesRead };
    }

    public override async Task GetLogs(GetLogsRequest request, IServerStreamWriter<LogLine> responseStream, ServerCallContext context)
    {
        var pair = await Pair(request.Project, request.Environment).GetAsync();
        await logs.ReadAsync(pair.Pair, request, line => responseStream.WriteAsync(new LogLine { Text = line }, context.CancellationToken), context.CancellationToken);
    }

    public override async Task Promote(PromoteRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context)
    {
        var pair = Pair(request.Project, request.Environment);
        var command = new PromoteCommand { StartedBy = context.Name(), Watch = request.Watch?.ToTimeSpan() };
        if (request.DryRun)
            await responseStream.WriteAsync((await pair.PlanPromoteAsync(command)).ToUpdate("promote", pair.GetPrimaryKeyString()));
        else
            await streams.FollowAsync(pair, await pair.PromoteAsync(command), responseStream, context);
    }

    public override async Task Rollback(RollbackRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context)
    {
        var pair = Pair(request.Project, request.Environment);
        var command = new RollbackCommand { StartedBy = context.Name(), RestoreDb = request.RestoreDb, RestoreRedis = request.RestoreRedis };
        if (request.DryRun)
            await responseStream.WriteAsync((await pair.PlanRollbackAsync(command)).ToUpdate("rollback", pair.GetPrimaryKeyString()));
        else
            await streams.FollowAsync(pair, await pair.RollbackAsync(command), responseStream, context);
    }

    public override async Task CleanUp(CleanUpRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context)
    {
        var pair = Pair(request.Project, request.Environment);
        var command = new CleanUpCommand { Force = request.Force, StartedBy = context.Name() };
        if (request.DryRun)
            await responseStream.WriteAsync((await pair.PlanCleanUpAsync(command)).ToUpdate("cleanup", pair.GetPrimaryKeyString()));
        else
            await streams.FollowAsync(pair, await pair.CleanUpAsync(command), responseStream, context);
    }

    public override async Task<SlotPair> GetSlotPair(GetSlotPairRequest request, ServerCallContext context)
    {
        var key = Pair(request.Project, request.Environment);
        var project = await grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key).GetProjectAsync(ProjectName.Parse(request.Project).Value);
        return (await key.GetAsync()).ToProto(project.EnvironmentOf(request.Environment));
    }

    public override async Task<GetHistoryResponse> GetHistory(GetHistoryRequest request, ServerCallContext context)
    {
        if (request.Limit < 0)
            throw DomainException.Invalid("limit", $"is {request.Limit}; it is a number of releases, or 0 for all that are kept");
        var response = new GetHistoryResponse();
        response.Releases.AddRange((await Pair(request.Project, request.Environment).GetHistoryAsync(request.Limit)).Select(r => r.ToProto()));
        return response;
    }

    public override async Task<ListSlotPairsResponse> ListSlotPairs(ListSlotPairsRequest request, ServerCallContext context)
    {
        var response = new ListSlotPairsResponse();
        response.SlotPairs.AddRange(await ListAsync(grains, request.Project));
        return response;
    }

    /// <summary>The slot pairs of one project, or of all when it is empty, asked at the same time.</summary>
    public static async Task<SlotPair[]> ListAsync(IGrainFactory grains, string project)
    {
        var registry = grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key);
        var projects = project.Length == 0
            ? await registry.ListProjectsAsync()
            : [await registry.GetProjectAsync(ProjectName.Parse(project).Value)];
        return await Task.WhenAll(
            from p in projects
            from environment in p.Environments.OrderBy(e => e.Key, StringComparer.Ordinal)
            select ReadAsync(grains.GetGrain<ISlotPairGrain>($"{p.Name}/{environment.Key}"), environment.Value));
    }

    private static async Task<SlotPair> ReadAsync(ISlotPairGrain pair, EnvironmentSpec environment) => (await pair.GetAsync()).ToProto(environment);

    private ISlotPairGrain Pair(string project, string environment) =>
        grains.GetGrain<ISlotPairGrain>($"{ProjectName.Parse(project)}/{EnvironmentName.Parse(environment)}");
}
