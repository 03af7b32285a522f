using Grpc.Contract.V1;
using Grpc.Core;

namespace Grpc.Contract.Tests;

public sealed class MetadataAndTrailers
{
    private static readonly byte[] AllBytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    [Fact]
    public async Task Text_and_binary_headers_reach_the_handler_unchanged()
    {
        Metadata? seen = null;
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (request, context) =>
            {
                seen = context.RequestHeaders;
                return Task.FromResult(request);
            },
        });

        await server.Client.UnaryAsync(new Message(), new Metadata
        {
            { "authorization", "Bearer codeb_team_owner_x" },
            { "Mixed-Case", "value with spaces, and a comma" },
            { "all-bin", AllBytes },
            { "short-bin", [1] },
            { "empty-bin", [] },
        });

        Assert.Equal("Bearer codeb_team_owner_x", seen!.GetValue("authorization"));
        Assert.Equal("value with spaces, and a comma", seen.GetValue("mixed-case"));
        Assert.Equal(AllBytes, seen.GetValueBytes("all-bin"));
        Assert.Equal([1], seen.GetValueBytes("short-bin"));
        Assert.Equal([], seen.GetValueBytes("empty-bin")!);
        Assert.Null(seen.Get("grpc-timeout"));
        Assert.Null(seen.Get("content-type"));
        Assert.NotNull(seen.Get("user-agent"));
    }

    [Fact]
    public async Task Response_headers_arrive_before_the_response()
    {
        var proceed = new TaskCompletionSource();
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = async (request, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "operation-id", "42" }, { "raw-bin", AllBytes } });
                await proceed.Task;
                return request;
            },
        });

        using var call = server.Client.UnaryAsync(new Message());
        var headers = await call.ResponseHeadersAsync.Within("the headers");
        Assert.False(call.ResponseAsync.IsCompleted);
        proceed.SetResult();
        await call;

        Assert.Equal("42", headers.GetValue("operation-id"));
        Assert.Equal(AllBytes, headers.GetValueBytes("raw-bin"));
    }

    [Fact]
    public async Task Response_headers_can_be_sent_only_once()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = async (request, context) =>
            {
                await context.WriteResponseHeadersAsync([]);
                await Assert.ThrowsAsync<InvalidOperationException>(() => context.WriteResponseHeadersAsync([]));
                return request;
            },
        });

        await server.Client.UnaryAsync(new Message());
    }

    [Fact]
    public async Task Trailers_of_a_successful_call_reach_the_client_with_repeated_keys_in_order()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (request, context) =>
            {
                context.ResponseTrailers.Add("step", "first");
                context.ResponseTrailers.Add("step", "second");
                context.ResponseTrailers.Add("sum-bin", AllBytes);
                return Task.FromResult(request);
            },
        });

        using var call = server.Client.UnaryAsync(new Message());
        await call;
        var trailers = call.GetTrailers();

        Assert.Equal(["first", "second"], trailers.GetAll("step").Select(entry => entry.Value));
        Assert.Equal("second", trailers.GetValue("step"));
        Assert.Equal(AllBytes, trailers.GetValueBytes("sum-bin"));
    }

    [Fact]
    public async Task Trailers_of_a_stream_arrive_at_its_end()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            ServerStream = async (_, responses, context) =>
            {
                await responses.WriteAsync(new Message());
                context.ResponseTrailers.Add("count", "1");
            },
        });
        using var call = server.Client.ServerStream(new Message());

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
        Assert.False(await call.ResponseStream.MoveNext());

        Assert.Equal("1", call.GetTrailers().GetValue("count"));
    }

    [Fact]
    public async Task A_failure_carries_the_trailers_of_the_exception_and_of_the_context()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (_, context) =>
            {
                context.ResponseTrailers.Add("from-context", "1");
                throw new RpcException(new Status(StatusCode.Aborted, "lost"), new Metadata { { "from-exception", "2" } });
            },
        });

        using var call = server.Client.UnaryAsync(new Message());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

        Assert.Equal("1", failure.Trailers.GetValue("from-context"));
        Assert.Equal("2", failure.Trailers.GetValue("from-exception"));
        Assert.Equal("2", call.GetTrailers().GetValue("from-exception"));
    }

    [Fact]
    public async Task A_failure_after_messages_carries_trailers_as_well()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            ServerStream = async (_, responses, _) =>
            {
                await responses.WriteAsync(new Message());
                throw new RpcException(new Status(StatusCode.Aborted, "lost"), new Metadata { { "where-bin", AllBytes } });
            },
        });
        using var call = server.Client.ServerStream(new Message());

        Assert.True(await call.ResponseStream.MoveNext());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(AllBytes, failure.Trailers.GetValueBytes("where-bin"));
    }

    [Fact]
    public async Task Status_details_pass_through()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (_, _) => throw new RpcException(
                new Status(StatusCode.InvalidArgument, "bad name"), new Metadata { { "grpc-status-details-bin", AllBytes } }),
        });

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(new Message()).ResponseAsync);

        Assert.Equal(AllBytes, failure.Trailers.GetValueBytes("grpc-status-details-bin"));
    }

    [Fact]
    public void Metadata_keeps_its_rules()
    {
        var metadata = new Metadata { { "A-Key", "value" } };

        Assert.Equal("a-key", metadata[0].Key);
        Assert.Equal("value", metadata.GetValue("A-KEY"));
        Assert.Equal("value"u8.ToArray(), metadata.GetValueBytes("a-key"));
        Assert.Null(metadata.GetValue("other"));
        Assert.Throws<ArgumentException>(() => metadata.Add("bad key", "x"));
        Assert.Throws<ArgumentException>(() => metadata.Add("text-bin", "x"));
        Assert.Throws<ArgumentException>(() => metadata.Add("bytes", [1]));
        Assert.Throws<InvalidOperationException>(() => new Metadata.Entry("some-bin", [1]).Value);
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "b"));
        Assert.True(Metadata.Empty.IsReadOnly);
    }
}
