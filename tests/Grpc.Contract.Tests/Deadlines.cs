using Grpc.Contract.V1;
using Grpc.Core;

namespace Grpc.Contract.Tests;

public sealed class Deadlines
{
    [Fact]
    public async Task A_deadline_reaches_the_handler()
    {
        var seen = DateTime.MinValue;
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (request, context) =>
            {
                seen = context.Deadline;
                return Task.FromResult(request);
            },
        });
        var deadline = DateTime.UtcNow.AddSeconds(30);

        await server.Client.UnaryAsync(new Message(), deadline: deadline);

        Assert.InRange(seen, deadline.AddSeconds(-2), deadline.AddSeconds(2));
    }

    [Fact]
    public async Task A_call_without_a_deadline_has_the_last_of_all_times()
    {
        var seen = DateTime.MinValue;
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (request, context) =>
            {
                seen = context.Deadline;
                return Task.FromResult(request);
            },
        });

        await server.Client.UnaryAsync(new Message());

        Assert.Equal(DateTime.MaxValue, seen);
    }

    [Fact]
    public async Task A_passed_deadline_fails_the_client_and_cancels_the_handler()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = async (request, context) =>
            {
                await context.CancellationToken.Cancellation();
                cancelled.SetResult();
                return request;
            },
        });

        var call = server.Client.UnaryAsync(new Message(), deadline: DateTime.UtcNow.AddMilliseconds(200));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Within("the deadline"));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.Equal(StatusCode.DeadlineExceeded, call.GetStatus().StatusCode);
        await cancelled.Task.Within("the handler's cancellation");
    }

    [Fact]
    public async Task A_passed_deadline_ends_a_stream_in_its_midst()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            ServerStream = async (_, responses, context) =>
            {
                await responses.WriteAsync(new Message());
                await context.CancellationToken.Cancellation();
                cancelled.SetResult();
            },
        });
        using var call = server.Client.ServerStream(new Message(), deadline: DateTime.UtcNow.AddMilliseconds(500));

        Assert.True(await call.ResponseStream.MoveNext().Within("the first message"));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Within("the deadline"));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        await cancelled.Task.Within("the handler's cancellation");
    }

    [Fact]
    public async Task A_deadline_in_the_past_fails_without_calling_the_handler()
    {
        var called = false;
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (request, _) =>
            {
                called = true;
                return Task.FromResult(request);
            },
        });

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => server.Client.UnaryAsync(new Message(), deadline: DateTime.UtcNow.AddSeconds(-1)).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.False(called);
    }

    [Fact]
    public async Task A_deadline_in_local_time_is_refused()
    {
        await using var server = await GrpcServer.StartAsync();

        Assert.Throws<InvalidOperationException>(
            () => { _ = server.Client.UnaryAsync(new Message(), deadline: DateTime.Now.AddMinutes(1)); });
    }

    [Fact]
    public async Task A_deadline_years_away_does_not_hinder_a_call()
    {
        await using var server = await GrpcServer.StartAsync();

        var response = await server.Client.UnaryAsync(new Message { Number = 7 }, deadline: DateTime.UtcNow.AddYears(20));

        Assert.Equal(7, response.Number);
    }

    [Fact]
    public async Task A_handler_that_ignores_its_deadline_cannot_hold_the_client()
    {
        var proceed = new TaskCompletionSource();
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = async (request, _) =>
            {
                await proceed.Task;
                return request;
            },
        });

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client
            .UnaryAsync(new Message(), deadline: DateTime.UtcNow.AddMilliseconds(200)).ResponseAsync.Within("the deadline"));
        proceed.SetResult();

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.Equal(3, (await server.Client.UnaryAsync(new Message { Number = 3 })).Number);
    }
}
