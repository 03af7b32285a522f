using CodeB.Domain.Errors;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Server.Api.Errors;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Server.Api.Operations;

/// <summary>
/// What every call that starts an operation answers: the operation, its events, and the finished operation. A caller that
/// hangs up leaves the operation running. An operation that did not succeed ends the call with its error as status.
/// </summary>
internal sealed class OperationStreams
{
    public async Task FollowAsync(
        IOperationOwner owner, CodeB.Domain.Operations.Operation started, IServerStreamWriter<OperationUpdate> responses, ServerCallContext context)
    {
        await responses.WriteAsync(started.ToUpdate(), context.CancellationToken);
        if (started.State == CodeB.Domain.Operations.OperationState.Succeeded)
            return;
        await foreach (var item in owner.WatchAsync(started.Id, context.CancellationToken))
            await responses.WriteAsync(item.ToUpdate(), context.CancellationToken);

        var finished = await owner.GetOperationAsync(started.Id)
            ?? throw DomainException.NotFound($"operation {started.Id} is no longer kept");
        await responses.WriteAsync(finished.ToUpdate(), context.CancellationToken);
        if (StatusOf(finished) is { } status)
            throw new RpcException(status);
    }

    private static Grpc.Core.Status? StatusOf(CodeB.Domain.Operations.Operation operation)
    {
        if (operation.State == CodeB.Domain.Operations.OperationState.Succeeded)
            return null;
        var code = Enum.TryParse<ErrorCode>(operation.ErrorCode, out var known) ? ErrorInterceptor.CodeOf(known) : StatusCode.Unknown;
        var end = operation.State switch
        {
            CodeB.Domain.Operations.OperationState.Undone => "everything was undone",
            CodeB.Domain.Operations.OperationState.Failed => $"not undone: {string.Join("; ", operation.NotUndone)}",
            _ => $"{operation.Kind} {operation.Id} has not finished; CodeB goes on with it after its restart",
        };
        return new Grpc.Core.Status(operation.IsFinished ? code : StatusCode.Unavailable, $"{operation.Error} ({end})");
    }
}
