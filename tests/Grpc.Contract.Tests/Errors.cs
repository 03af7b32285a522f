using System.Net;
using System.Net.Sockets;
using Grpc.Contract.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Grpc.Contract.Tests;

public sealed class Errors
{
    [Theory]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.InvalidArgument)]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.FailedPrecondition)]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.Unauthenticated)]
    public async Task A_status_that_a_handler_throws_reaches_the_client(StatusCode code)
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (_, _) => throw new RpcException(new Status(code, "the reason")),
        });

        using var call = server.Client.UnaryAsync(new Message());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

        Assert.Equal(code, failure.StatusCode);
        Assert.Equal("the reason", failure.Status.Detail);
        Assert.Equal(code, call.GetStatus().StatusCode);
    }

    [Theory]
    [InlineData("배포가 이미 실행 중입니다: 100 % 😀")]
    [InlineData("a line\nand\ttabs")]
    [InlineData("%41 stays as it is, \"quotes\" too")]
    public async Task A_detail_of_any_characters_arrives_unchanged(string detail)
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (_, _) => throw new RpcException(new Status(StatusCode.Internal, detail)),
        });

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(new Message()).ResponseAsync);

        Assert.Equal(detail, failure.Status.Detail);
    }

    [Fact]
    public async Task An_unexpected_exception_becomes_Unknown_without_its_text()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (_, _) => throw new InvalidOperationException("password=hunter2"),
        });

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(new Message()).ResponseAsync);

        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        Assert.Equal("Exception was thrown by handler.", failure.Status.Detail);
    }

    [Fact]
    public async Task Detailed_errors_show_the_exception_and_what_is_inside_it()
    {
        await using var server = await GrpcServer.StartAsync(
            new Handlers { Unary = (_, _) => throw new InvalidOperationException("outer", new IOException("inner")) },
            options => options.EnableDetailedErrors = true);

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(new Message()).ResponseAsync);

        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
        Assert.Contains("InvalidOperationException: outer", failure.Status.Detail);
        Assert.Contains("IOException: inner", failure.Status.Detail);
    }

    [Fact]
    public async Task A_status_set_on_the_context_fails_the_call()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (request, context) =>
            {
                context.Status = new Status(StatusCode.OutOfRange, "past the end");
                return Task.FromResult(request);
            },
        });

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(new Message()).ResponseAsync);

        Assert.Equal(new Status(StatusCode.OutOfRange, "past the end"), failure.Status);
    }

    [Fact]
    public async Task A_handler_without_a_response_fails_the_call()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers { Unary = (_, _) => Task.FromResult<Message>(null!) });

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(new Message()).ResponseAsync);

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        Assert.Equal("No message returned from method.", failure.Status.Detail);
    }

    [Fact]
    public async Task A_method_without_implementation_a_method_unknown_and_a_service_unknown_are_unimplemented()
    {
        await using var server = await GrpcServer.StartAsync();

        var missing = await Assert.ThrowsAsync<RpcException>(() => server.Client.MissingAsync(new Message()).ResponseAsync);
        var method = await CallByName(server.Channel, "grpc.contract.v1.Contract", "Nonsense");
        var service = await CallByName(server.Channel, "grpc.contract.v1.Nonsense", "Unary");

        Assert.Equal(StatusCode.Unimplemented, missing.StatusCode);
        Assert.Equal(new Status(StatusCode.Unimplemented, "Method is unimplemented."), method.Status);
        Assert.Equal(new Status(StatusCode.Unimplemented, "Service is unimplemented."), service.Status);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        var client = new V1.Contract.ContractClient(channel);

        var unary = await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new Message()).ResponseAsync);
        using var streaming = client.ServerStream(new Message());
        var stream = await Assert.ThrowsAsync<RpcException>(() => streaming.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.Unavailable, unary.StatusCode);
        Assert.Equal(StatusCode.Unavailable, stream.StatusCode);
    }

    [Theory]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    public async Task An_answer_that_is_not_gRPC_gets_the_status_of_its_HTTP_code(int httpStatus, StatusCode expected)
    {
        await using var server = await GrpcServer.StartAsync(map: app => app.Map("/plain.Service/Call", () => Results.StatusCode(httpStatus)));

        var failure = await CallByName(server.Channel, "plain.Service", "Call");

        Assert.Equal(expected, failure.StatusCode);
    }

    [Fact]
    public async Task A_web_page_is_not_taken_for_a_gRPC_answer()
    {
        await using var server = await GrpcServer.StartAsync(
            map: app => app.Map("/plain.Service/Call", () => Results.Content("<h1>Welcome</h1>", "text/html")));

        var failure = await CallByName(server.Channel, "plain.Service", "Call");

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        Assert.Contains("text/html", failure.Status.Detail);
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_streams_with_a_failure()
    {
        var server = await GrpcServer.StartAsync(new Handlers
        {
            ServerStream = async (_, responses, context) =>
            {
                await responses.WriteAsync(new Message());
                await context.CancellationToken.Cancellation();
            },
        });
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new V1.Contract.ContractClient(channel).ServerStream(new Message());
        Assert.True(await call.ResponseStream.MoveNext().Within("the first message"));

        var read = call.ResponseStream.MoveNext();
        await server.DisposeAsync();
        var failure = await Assert.ThrowsAsync<RpcException>(() => read.Within("the end of the stream"));

        Assert.NotEqual(StatusCode.OK, failure.StatusCode);
    }

    private static async Task<RpcException> CallByName(GrpcChannel channel, string service, string method)
    {
        var unknown = new Method<string, string>(
            MethodType.Unary, service, method, Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        return await Assert.ThrowsAsync<RpcException>(
            () => channel.CreateCallInvoker().AsyncUnaryCall(unknown, null, new CallOptions(), "hello").ResponseAsync);
    }
}
