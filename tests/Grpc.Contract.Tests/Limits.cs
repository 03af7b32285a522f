using Google.Protobuf;
using Grpc.Contract.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.Contract.Tests;

public sealed class Limits
{
    private static readonly Message FiveMegabytes = new() { Payload = ByteString.CopyFrom(new byte[5 * 1024 * 1024]) };

    [Fact]
    public async Task A_request_over_four_megabytes_is_refused_by_default()
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

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(FiveMegabytes).ResponseAsync.Within("the refusal"));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Equal("Received message exceeds the maximum configured message size.", failure.Status.Detail);
        Assert.False(called);
    }

    [Fact]
    public async Task A_response_over_four_megabytes_is_refused_by_default()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers { Unary = (_, _) => Task.FromResult(FiveMegabytes) });

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(new Message()).ResponseAsync.Within("the refusal"));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Equal("Received message exceeds the maximum configured message size.", failure.Status.Detail);
    }

    [Fact]
    public async Task Raised_limits_let_large_messages_pass()
    {
        await using var server = await GrpcServer.StartAsync(options: options => options.MaxReceiveMessageSize = null);
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { MaxReceiveMessageSize = 6 * 1024 * 1024 });

        var response = await new V1.Contract.ContractClient(channel).UnaryAsync(FiveMegabytes);

        Assert.Equal(FiveMegabytes.Payload.Length, response.Payload.Length);
    }

    [Fact]
    public async Task A_message_over_the_clients_own_limit_is_not_sent()
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
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { MaxSendMessageSize = 1000 });
        var client = new V1.Contract.ContractClient(channel);

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => client.UnaryAsync(new Message { Text = new string('x', 1001) }).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Equal("Sending message exceeds the maximum configured message size.", failure.Status.Detail);
        Assert.False(called);
    }

    [Fact]
    public async Task A_response_over_the_servers_own_limit_fails_the_call()
    {
        await using var server = await GrpcServer.StartAsync(options: options => options.MaxSendMessageSize = 1000);

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => server.Client.UnaryAsync(new Message { Text = new string('x', 1001) }).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task A_limit_holds_for_each_message_of_a_stream_and_not_for_their_sum()
    {
        await using var server = await GrpcServer.StartAsync(options: options => options.MaxReceiveMessageSize = 100_000);
        using var call = server.Client.ClientStream();
        var fits = new Message { Payload = ByteString.CopyFrom(new byte[90_000]), Number = 1 };

        for (var sent = 0; sent < 20; sent++)
            await call.RequestStream.WriteAsync(fits);
        await call.RequestStream.CompleteAsync();

        Assert.Equal(20, (await call.ResponseAsync.Within("the response")).Number);
    }

    [Fact]
    public async Task A_message_over_the_limit_ends_the_stream_it_is_in()
    {
        await using var server = await GrpcServer.StartAsync(options: options => options.MaxReceiveMessageSize = 1000);
        using var call = server.Client.Duplex();

        await call.RequestStream.WriteAsync(new Message { Text = "fits" });
        Assert.True(await call.ResponseStream.MoveNext().Within("the echo"));
        await call.RequestStream.WriteAsync(new Message { Text = new string('x', 1001) });
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Within("the refusal"));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task The_settings_of_one_service_go_before_those_of_all()
    {
        await using var server = await GrpcServer.StartAsync(
            options: options => options.MaxReceiveMessageSize = 10,
            services: grpc => grpc.AddServiceOptions<TestService>(options => options.MaxReceiveMessageSize = 100_000));

        var response = await server.Client.UnaryAsync(new Message { Text = new string('x', 1000) });

        Assert.Equal(1000, response.Text.Length);
    }
}
