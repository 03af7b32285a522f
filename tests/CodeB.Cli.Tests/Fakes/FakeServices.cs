using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests.Fakes;

internal sealed class FakeServers(FakeCodeB codeb) : ServerService.ServerServiceBase
{
    public override Task<Server> AddServer(AddServerRequest request, ServerCallContext context) => codeb.OneAsync<Server>(request, context);

    public override Task<Server> GetServer(GetServerRequest request, ServerCallContext context) => codeb.OneAsync<Server>(request, context);

    public override Task<ListServersResponse> ListServers(ListServersRequest request, ServerCallContext context) =>
        codeb.OneAsync<ListServersResponse>(request, context);

    public override Task<RemoveServerResponse> RemoveServer(GetServerRequest request, ServerCallContext context) =>
        codeb.OneAsync<RemoveServerResponse>(request, context);

    public override Task<ServerCheck> CheckServer(GetServerRequest request, ServerCallContext context) => codeb.OneAsync<ServerCheck>(request, context);
}

internal sealed class FakeProjects(FakeCodeB codeb) : ProjectService.ProjectServiceBase
{
    public override Task<Project> CreateProject(CreateProjectRequest request, ServerCallContext context) => codeb.OneAsync<Project>(request, context);

    public override Task<Project> UpdateProject(UpdateProjectRequest request, ServerCallContext context) => codeb.OneAsync<Project>(request, context);

    public override Task<Project> GetProject(GetProjectRequest request, ServerCallContext context) => codeb.OneAsync<Project>(request, context);

    public override Task<ListProjectsResponse> ListProjects(ListProjectsRequest request, ServerCallContext context) =>
        codeb.OneAsync<ListProjectsResponse>(request, context);

    public override Task<ProjectEnvironment> CreatePreview(CreatePreviewRequest request, ServerCallContext context) =>
        codeb.OneAsync<ProjectEnvironment>(request, context);

    public override Task RemovePreview(RemovePreviewRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context) =>
        codeb.StreamAsync(request, responseStream, context);

    public override Task<RemoveProjectResponse> RemoveProject(GetProjectRequest request, ServerCallContext context) =>
        codeb.OneAsync<RemoveProjectResponse>(request, context);
}

internal sealed class FakeEnv(FakeCodeB codeb) : EnvService.EnvServiceBase
{
    public override Task<V1.Env> GetEnv(GetEnvRequest request, ServerCallContext context) => codeb.OneAsync<V1.Env>(request, context);

    public override Task<V1.Env> SetEnv(SetEnvRequest request, ServerCallContext context) => codeb.OneAsync<V1.Env>(request, context);
}

internal sealed class FakeSlots(FakeCodeB codeb) : SlotService.SlotServiceBase
{
    /// <summary>Kept as one request with all its bytes.</summary>
    public override async Task<UploadImageResponse> UploadImage(IAsyncStreamReader<UploadImageRequest> requestStream, ServerCallContext context)
    {
        var whole = new UploadImageRequest();
        using var bytes = new MemoryStream();
        await foreach (var part in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (bytes.Length == 0)
                (whole.Project, whole.Environment) = (part.Project, part.Environment);
            part.Data.WriteTo(bytes);
            if (codeb.RefusesUploads)
                break;
        }

        whole.Data = Google.Protobuf.ByteString.CopyFrom(bytes.ToArray());
        return await codeb.OneAsync<UploadImageResponse>(whole, context);
    }

    public override Task GetLogs(GetLogsRequest request, IServerStreamWriter<LogLine> responseStream, ServerCallContext context) =>
        codeb.StreamAsync(request, responseStream, context);

    public override Task Deploy(DeployRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context) =>
        codeb.StreamAsync(request, responseStream, context);

    public override Task Promote(PromoteRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context) =>
        codeb.StreamAsync(request, responseStream, context);

    public override Task Rollback(RollbackRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context) =>
        codeb.StreamAsync(request, responseStream, context);

    public override Task CleanUp(CleanUpRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context) =>
        codeb.StreamAsync(request, responseStream, context);

    public override Task<SlotPair> GetSlotPair(GetSlotPairRequest request, ServerCallContext context) => codeb.OneAsync<SlotPair>(request, context);

    public override Task<ListSlotPairsResponse> ListSlotPairs(ListSlotPairsRequest request, ServerCallContext context) =>
        codeb.OneAsync<ListSlotPairsResponse>(request, context);

    public override Task<GetHistoryResponse> GetHistory(GetHistoryRequest request, ServerCallContext context) =>
        codeb.OneAsync<GetHistoryResponse>(request, context);
}

internal sealed class FakeBackups(FakeCodeB codeb) : BackupService.BackupServiceBase
{
    public override Task RunBackup(RunBackupRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context) =>
        codeb.StreamAsync(request, responseStream, context);

    public override Task<ListSetsResponse> ListSets(ListSetsRequest request, ServerCallContext context) =>
        codeb.OneAsync<ListSetsResponse>(request, context);

    public override Task<BackupSet> GetSet(GetSetRequest request, ServerCallContext context) => codeb.OneAsync<BackupSet>(request, context);

    public override Task VerifySet(VerifySetRequest request, IServerStreamWriter<VerifyUpdate> responseStream, ServerCallContext context) =>
        codeb.StreamAsync(request, responseStream, context);

    public override Task<RestorePreview> PreviewRestore(PreviewRestoreRequest request, ServerCallContext context) =>
        codeb.OneAsync<RestorePreview>(request, context);

    public override Task Restore(RestoreRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context) =>
        codeb.StreamAsync(request, responseStream, context);
}

internal sealed class FakeOperations(FakeCodeB codeb) : OperationService.OperationServiceBase
{
    public override Task<Operation> GetOperation(GetOperationRequest request, ServerCallContext context) => codeb.OneAsync<Operation>(request, context);

    public override Task<ListOperationsResponse> ListOperations(ListOperationsRequest request, ServerCallContext context) =>
        codeb.OneAsync<ListOperationsResponse>(request, context);

    public override Task WatchOperation(GetOperationRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context) =>
        codeb.StreamAsync(request, responseStream, context);

    public override Task<Operation> CancelOperation(GetOperationRequest request, ServerCallContext context) =>
        codeb.OneAsync<Operation>(request, context);
}

internal sealed class FakeStatus(FakeCodeB codeb) : StatusService.StatusServiceBase
{
    public override Task<FleetStatus> GetStatus(GetStatusRequest request, ServerCallContext context) => codeb.OneAsync<FleetStatus>(request, context);
}

internal sealed class FakeDomains(FakeCodeB codeb) : DomainService.DomainServiceBase
{
    public override Task<V1.Domain> AddDomain(AddDomainRequest request, ServerCallContext context) => codeb.OneAsync<V1.Domain>(request, context);

    public override Task<RemoveDomainResponse> RemoveDomain(RemoveDomainRequest request, ServerCallContext context) =>
        codeb.OneAsync<RemoveDomainResponse>(request, context);

    public override Task<ListDomainsResponse> ListDomains(ListDomainsRequest request, ServerCallContext context) =>
        codeb.OneAsync<ListDomainsResponse>(request, context);
}

internal sealed class FakeRegistry(FakeCodeB codeb) : RegistryService.RegistryServiceBase
{
    public override Task<ShowRegistryResponse> ShowRegistry(ShowRegistryRequest request, ServerCallContext context) =>
        codeb.OneAsync<ShowRegistryResponse>(request, context);

    public override Task<CheckRegistryResponse> CheckRegistry(CheckRegistryRequest request, ServerCallContext context) =>
        codeb.OneAsync<CheckRegistryResponse>(request, context);
}
