using Google.Protobuf;
using Grpc.Contract.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.Contract.Tests;

public sealed class UnaryCalls
{
    [Fact]
    public async Task A_unary_call_returns_what_the_handler_returns()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (request, _) => Task.FromResult(new Message { Text = $"Hello {request.Text}", Number = request.Number + 1 }),
        });

        var response = await server.Client.UnaryAsync(new Message { Text = "world", Number = 41 });

        Assert.Equal(new Message { Text = "Hello world", Number = 42 }, response);
    }

    [Fact]
    public async Task A_blocking_call_returns_the_same()
    {
        await using var server = await GrpcServer.StartAsync();

        var response = await Task.Run(() => server.Client.Unary(new Message { Text = "blocking" }));

        Assert.Equal("blocking", response.Text);
    }

    [Fact]
    public async Task An_empty_message_and_one_of_three_megabytes_arrive_whole()
    {
        await using var server = await GrpcServer.StartAsync();
        var payload = new byte[3 * 1024 * 1024];
        Random.Shared.NextBytes(payload);

        Assert.Equal(new Message(), await server.Client.UnaryAsync(new Message()));
        var response = await server.Client.UnaryAsync(new Message { Payload = ByteString.CopyFrom(payload) });

        Assert.Equal(payload, response.Payload.ToByteArray());
    }

    [Fact]
    public async Task Five_hundred_calls_at_once_each_get_their_own_response()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = async (request, _) =>
            {
                await Task.Yield();
                return request;
            },
        });

        var calls = Enumerable.Range(0, 500).Select(number => server.Client.UnaryAsync(new Message { Number = number }).ResponseAsync);
        var responses = await Task.WhenAll(calls).Within("500 responses");

        Assert.Equal(Enumerable.Range(0, 500), responses.Select(response => response.Number));
    }

    [Fact]
    public async Task A_finished_call_has_the_status_OK_and_a_running_one_has_none()
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

        using var call = server.Client.UnaryAsync(new Message());
        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
        proceed.SetResult();
        await call;

        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Empty(call.GetTrailers());
    }

    [Fact]
    public async Task A_service_instance_is_made_for_each_call_and_disposed_of()
    {
        var log = new InstanceLog();
        await using var server = await GrpcServer.StartAsync(
            services: grpc => grpc.Services.AddSingleton(log),
            map: app => app.MapGrpcService<OtherService>());
        var other = new V1.Other.OtherClient(server.Channel);

        await other.CallAsync(new Message());
        await other.CallAsync(new Message());

        Assert.Equal(2, log.Made);
        await log.TwoDisposed.Task.Within("both instances to be disposed of");
    }

    private sealed class InstanceLog
    {
        private int _disposed;

        public int Made { get; set; }

        public TaskCompletionSource TwoDisposed { get; } = new();

        public void Disposed()
        {
            if (Interlocked.Increment(ref _disposed) == 2)
                TwoDisposed.SetResult();
        }
    }

    private sealed class OtherService : V1.Other.OtherBase, IAsyncDisposable
    {
        private readonly InstanceLog _log;

        public OtherService(InstanceLog log)
        {
            _log = log;
            log.Made++;
        }

        public override Task<Message> Call(Message request, ServerCallContext context) => Task.FromResult(request);

        public ValueTask DisposeAsync()
        {
            _log.Disposed();
            return ValueTask.CompletedTask;
        }
    }
}
