using CodeB.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>The generated clients of one CodeB server.</summary>
internal sealed class Api(GrpcChannel channel) : IDisposable
{
    public Api(Uri address)
        : this(GrpcChannel.ForAddress(address))
    {
    }

    public ServerService.ServerServiceClient Servers { get; } = new(channel);

    public ProjectService.ProjectServiceClient Projects { get; } = new(channel);

    public EnvService.EnvServiceClient Env { get; } = new(channel);

    public SlotService.SlotServiceClient Slots { get; } = new(channel);

    public BackupService.BackupServiceClient Backups { get; } = new(channel);

    public OperationService.OperationServiceClient Operations { get; } = new(channel);

    public StatusService.StatusServiceClient Status { get; } = new(channel);

    public void Dispose() => channel.Dispose();

    /// <summary>Reads an operation's stream to its end; the finished operation, or the status with which it ended.</summary>
    public static async Task<Operation> EndAsync(AsyncServerStreamingCall<OperationUpdate> call)
    {
        Operation? last = null;
        using (call)
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
                last = call.ResponseStream.Current.Operation ?? last;
        }

        return last ?? throw new InvalidOperationException("The stream ended without an operation.");
    }

    public static async Task<VerifyResult> EndAsync(AsyncServerStreamingCall<VerifyUpdate> call)
    {
        VerifyResult? result = null;
        using (call)
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
                result = call.ResponseStream.Current.Result ?? result;
        }

        return result ?? throw new InvalidOperationException("The stream ended without a result.");
    }

    /// <summary>The status with which a call is refused.</summary>
    public static async Task<Status> RefusalAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(call);
        return error.Status;
    }

    /// <summary>The newest operation on a target, once it has finished.</summary>
    public async Task<Operation> NewestFinishedAsync(string target, TimeSpan limit)
    {
        Operation? newest = null;
        await Topology.Shell.AwaitAsync($"the newest operation on {target} finished", limit, async () =>
        {
            var list = await Operations.ListOperationsAsync(new ListOperationsRequest { Target = target, Limit = 1 });
            newest = list.Operations.FirstOrDefault();
            return newest is { State: OperationState.Succeeded or OperationState.Undone or OperationState.Failed };
        });
        return newest!;
    }
}
