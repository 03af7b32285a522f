using Grpc.Core;

namespace Grpc.Contract.Tests;

/// <summary>The client is grpc-js; node/client.js asserts what it sees.</summary>
public sealed class ClientsThatAreNotOurs
{
    private static readonly byte[] AllBytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    private readonly TaskCompletionSource _cancelled = new();

    [Theory]
    [InlineData("unary")]
    [InlineData("server_streaming")]
    [InlineData("empty_stream")]
    [InlineData("client_streaming")]
    [InlineData("duplex")]
    [InlineData("metadata_and_trailers")]
    [InlineData("status_with_details")]
    [InlineData("status_after_messages")]
    [InlineData("unexpected_exception")]
    [InlineData("unimplemented")]
    [InlineData("too_large")]
    [InlineData("gzip")]
    public async Task A_grpc_js_client_is_served(string scenario)
    {
        await using var server = await GrpcServer.StartAsync(CreateHandlers());

        await NodePeer.RunAsync("client.js", new Uri(server.Address).Authority, scenario);
    }

    [Theory]
    [InlineData("deadline")]
    [InlineData("cancellation")]
    public async Task A_handler_sees_that_a_grpc_js_client_has_given_up(string scenario)
    {
        await using var server = await GrpcServer.StartAsync(CreateHandlers());

        await NodePeer.RunAsync("client.js", new Uri(server.Address).Authority, scenario);

        await _cancelled.Task.Within("the handler's cancellation");
    }

    private Handlers CreateHandlers()
    {
        var echo = new Handlers();
        return new Handlers
        {
            Unary = async (request, context) =>
            {
                await BehaveAsAskedAsync(context);
                return await echo.Unary(request, context);
            },
            ServerStream = async (request, responses, context) =>
            {
                await echo.ServerStream(request, responses, context);
                await BehaveAsAskedAsync(context);
            },
        };
    }

    private async Task BehaveAsAskedAsync(ServerCallContext context)
    {
        var asked = context.RequestHeaders;
        if (asked.GetValue("throw") is not null)
            throw new InvalidOperationException("not for clients");
        if (asked.GetValue("fail") is { } code)
        {
            throw new RpcException(
                new Status((StatusCode)int.Parse(code), "이미 실행 중: 100 %"), new Metadata { { "grpc-status-details-bin", AllBytes } });
        }

        if (asked.GetValue("hang") is not null)
        {
            await context.CancellationToken.Cancellation();
            _cancelled.SetResult();
        }

        if (asked.GetValue("ask-text") is not { } text)
            return;
        context.ResponseTrailers.Add("tail-text", "one");
        context.ResponseTrailers.Add("tail-text", "two");
        context.ResponseTrailers.Add("tail-bin", AllBytes);
        await context.WriteResponseHeadersAsync(new Metadata { { "head-text", text }, { "head-bin", asked.GetValueBytes("ask-bin")! } });
    }
}
