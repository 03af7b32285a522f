using CodeB.Domain.Errors;
using CodeB.Grains.Abstractions.Operations;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Server.Api.Operations;

internal sealed class OperationApi(IGrainFactory grains, OperationStreams streams) : OperationService.OperationServiceBase
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;

    public override async Task<Operation> GetOperation(GetOperationRequest request, ServerCallContext context)
    {
        var (_, operation) = await FindAsync(request.Id);
        return operation.ToProto();
    }

    public override async Task<ListOperationsResponse> ListOperations(ListOperationsRequest request, ServerCallContext context)
    {
        if (request.Limit is < 0 or > MaxLimit)
            throw DomainException.Invalid("limit", $"is {request.Limit}; it goes from 1 to {MaxLimit}, and 0 means {DefaultLimit}");
        var limit = request.Limit == 0 ? DefaultLimit : request.Limit;
        var response = new ListOperationsResponse();
        response.Operations.AddRange((await ListAsync(grains, request.Target, request.RunningOnly, limit)).Select(o => o.ToProto()));
        return response;
    }

    public override async Task WatchOperation(
        GetOperationRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context)
    {
        var (owner, operation) = await FindAsync(request.Id);
        await streams.FollowAsync(owner, operation, responseStream, context);
    }

    public override async Task<Operation> CancelOperation(GetOperationRequest request, ServerCallContext context)
    {
        var (owner, operation) = await FindAsync(request.Id);
        return (await owner.CancelAsync(operation.Id)).ToProto();
    }

    /// <summary>The operations themselves, asked of their owners at the same time.</summary>
    public static async Task<List<CodeB.Domain.Operations.Operation>> ListAsync(IGrainFactory grains, string target, bool runningOnly, int limit)
    {
        var entries = await Index(grains).ListAsync(target, runningOnly, limit);
        var operations = await Task.WhenAll(entries.Select(entry => grains.GetOwner(entry).GetOperationAsync(entry.Id)));
        return [.. operations.OfType<CodeB.Domain.Operations.Operation>()];
    }

    private async Task<(IOperationOwner Owner, CodeB.Domain.Operations.Operation Operation)> FindAsync(string id)
    {
        if (string.IsNullOrEmpty(id))
            throw DomainException.Invalid("id", "is empty; `we operation list` shows the ids");
        var entry = await Index(grains).FindAsync(id);
        if (entry is not null)
        {
            var owner = grains.GetOwner(entry);
            if (await owner.GetOperationAsync(id) is { } operation)
                return (owner, operation);
        }

        throw DomainException.NotFound("there is no such operation, or it is too old to be kept; `we operation list` shows the ids");
    }

    private static IOperationIndexGrain Index(IGrainFactory grains) => grains.GetGrain<IOperationIndexGrain>(IOperationIndexGrain.Key);
}
