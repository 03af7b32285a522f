using Grpc.Contract.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Grpc.Contract.Tests;

public sealed class Cancellation
{
    private readonly TaskCompletionSource _started = new();
    private readonly TaskCompletionSource _cancelled = new();
    private readonly Handlers _handlers;

    public Cancellation() => _handlers = new Handlers
    {
        Unary = async (request, context) =>
        {
            await WaitForCancellationAsync(context);
            return request;
        },
        ServerStream = async (_, responses, context) =>
        {
            await responses.WriteAsync(new Message());
            await WaitForCancellationAsync(context);
        },
        ClientStream = async (_, context) =>
        {
            await WaitForCancellationAsync(context);
            return new Message();
        },
    };

    [Fact]
    public async Task A_cancelled_token_cancels_the_call_on_both_sides()
    {
        await using var server = await GrpcServer.StartAsync(_handlers);
        using var cancellation = new CancellationTokenSource();
        var call = server.Client.UnaryAsync(new Message(), cancellationToken: cancellation.Token);
        await _started.Task.Within("the handler's start");

        cancellation.Cancel();
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Within("the client's failure"));

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
        await _cancelled.Task.Within("the handler's cancellation");
    }

    [Fact]
    public async Task A_token_that_was_cancelled_before_fails_the_call_at_once()
    {
        await using var server = await GrpcServer.StartAsync(_handlers);

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client
            .UnaryAsync(new Message(), cancellationToken: new CancellationToken(canceled: true)).ResponseAsync.Within("the failure"));

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        Assert.False(_started.Task.IsCompleted);
    }

    [Fact]
    public async Task Disposing_a_call_cancels_its_handler()
    {
        await using var server = await GrpcServer.StartAsync(_handlers);
        var call = server.Client.ServerStream(new Message());
        await _started.Task.Within("the handler's start");

        call.Dispose();

        await _cancelled.Task.Within("the handler's cancellation");
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Cancelling_a_read_cancels_the_whole_call()
    {
        await using var server = await GrpcServer.StartAsync(_handlers);
        using var call = server.Client.ServerStream(new Message());
        using var cancellation = new CancellationTokenSource();
        Assert.True(await call.ResponseStream.MoveNext().Within("the first message"));

        var read = call.ResponseStream.MoveNext(cancellation.Token);
        cancellation.Cancel();
        var failure = await Assert.ThrowsAsync<RpcException>(() => read.Within("the read's end"));

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        await _cancelled.Task.Within("the handler's cancellation");
    }

    [Fact]
    public async Task A_cancelled_client_stream_takes_no_more_messages()
    {
        await using var server = await GrpcServer.StartAsync(_handlers);
        using var cancellation = new CancellationTokenSource();
        using var call = server.Client.ClientStream(cancellationToken: cancellation.Token);
        await call.RequestStream.WriteAsync(new Message());
        await _started.Task.Within("the handler's start");

        cancellation.Cancel();
        await _cancelled.Task.Within("the handler's cancellation");
        var write = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new Message()));
        var response = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Within("the response's failure"));

        Assert.Equal(StatusCode.Cancelled, write.StatusCode);
        Assert.Equal(StatusCode.Cancelled, response.StatusCode);
    }

    [Fact]
    public async Task Disposing_the_channel_cancels_running_calls_and_refuses_new_ones()
    {
        await using var server = await GrpcServer.StartAsync(_handlers);
        var channel = GrpcChannel.ForAddress(server.Address);
        var client = new V1.Contract.ContractClient(channel);
        var call = client.UnaryAsync(new Message());
        await _started.Task.Within("the handler's start");

        channel.Dispose();

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Within("the call's end"));
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        await _cancelled.Task.Within("the handler's cancellation");
        Assert.Throws<ObjectDisposedException>(() => { _ = client.UnaryAsync(new Message()); });
    }

    [Fact]
    public async Task A_cancelled_call_leaves_the_connection_to_the_others()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            ServerStream = _handlers.ServerStream,
        });
        using var call = server.Client.ServerStream(new Message());
        Assert.True(await call.ResponseStream.MoveNext().Within("the first message"));

        call.Dispose();
        await _cancelled.Task.Within("the handler's cancellation");

        Assert.Equal(9, (await server.Client.UnaryAsync(new Message { Number = 9 })).Number);
    }

    private async Task WaitForCancellationAsync(ServerCallContext context)
    {
        _started.SetResult();
        await context.CancellationToken.Cancellation();
        _cancelled.SetResult();
    }
}
