using Google.Protobuf;
using Grpc.Contract.V1;
using Grpc.Core;

namespace Grpc.Contract.Tests;

public sealed class Streaming
{
    [Fact]
    public async Task A_server_streams_messages_in_order_to_the_end()
    {
        await using var server = await GrpcServer.StartAsync();
        using var call = server.Client.ServerStream(new Message { Number = 1000 });

        var numbers = new List<int>();
        await foreach (var message in call.ResponseStream.ReadAllAsync())
            numbers.Add(message.Number);

        Assert.Equal(Enumerable.Range(0, 1000), numbers);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task A_stream_without_messages_ends_well()
    {
        await using var server = await GrpcServer.StartAsync();
        using var call = server.Client.ServerStream(new Message { Number = 0 });

        Assert.False(await call.ResponseStream.MoveNext().Within("the end of the stream"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_message_reaches_the_client_while_the_handler_still_runs()
    {
        var read = new TaskCompletionSource();
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            ServerStream = async (_, responses, _) =>
            {
                await responses.WriteAsync(new Message { Text = "early" });
                await read.Task;
            },
        });
        using var call = server.Client.ServerStream(new Message());

        Assert.True(await call.ResponseStream.MoveNext().Within("the first message"));
        Assert.Equal("early", call.ResponseStream.Current.Text);
        read.SetResult();
        Assert.False(await call.ResponseStream.MoveNext().Within("the end of the stream"));
    }

    [Fact]
    public async Task A_client_streams_messages_and_gets_one_response()
    {
        await using var server = await GrpcServer.StartAsync();
        using var call = server.Client.ClientStream();

        for (var number = 1; number <= 100; number++)
            await call.RequestStream.WriteAsync(new Message { Number = number });
        await call.RequestStream.CompleteAsync();

        Assert.Equal(5050, (await call.ResponseAsync.Within("the response")).Number);
    }

    [Fact]
    public async Task Both_sides_stream_in_turns()
    {
        await using var server = await GrpcServer.StartAsync();
        using var call = server.Client.Duplex();

        for (var number = 0; number < 50; number++)
        {
            await call.RequestStream.WriteAsync(new Message { Number = number });
            Assert.True(await call.ResponseStream.MoveNext().Within($"echo {number}"));
            Assert.Equal(number, call.ResponseStream.Current.Number);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext().Within("the end of the stream"));
    }

    [Fact]
    public async Task Messages_larger_than_any_buffer_stream_whole()
    {
        await using var server = await GrpcServer.StartAsync();
        using var call = server.Client.Duplex();
        var payload = new byte[1_500_000];
        Random.Shared.NextBytes(payload);

        for (var number = 0; number < 5; number++)
        {
            var write = call.RequestStream.WriteAsync(new Message { Payload = ByteString.CopyFrom(payload) });
            Assert.True(await call.ResponseStream.MoveNext().Within("a large echo"));
            Assert.Equal(payload, call.ResponseStream.Current.Payload.ToByteArray());
            await write;
        }
    }

    [Fact]
    public async Task Buffered_writes_arrive_with_the_next_flush()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            ServerStream = async (_, responses, _) =>
            {
                responses.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
                for (var number = 0; number < 100; number++)
                    await responses.WriteAsync(new Message { Number = number });
            },
        });
        using var call = server.Client.ServerStream(new Message());

        var count = 0;
        await foreach (var message in call.ResponseStream.ReadAllAsync())
            Assert.Equal(count++, message.Number);

        Assert.Equal(100, count);
    }

    [Fact]
    public async Task A_server_waits_for_a_client_that_does_not_read()
    {
        const int Total = 400;
        var heldBackAt = new TaskCompletionSource<int>();
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            ServerStream = async (_, responses, _) =>
            {
                var message = new Message { Payload = ByteString.CopyFrom(new byte[64 * 1024]) };
                for (var number = 0; number < Total; number++)
                {
                    var write = responses.WriteAsync(message);
                    if (!heldBackAt.Task.IsCompleted && await write.IsHeldBack())
                        heldBackAt.SetResult(number);
                    await write;
                }

                heldBackAt.TrySetResult(Total);
            },
        });
        using var call = server.Client.ServerStream(new Message());
        Assert.True(await call.ResponseStream.MoveNext().Within("the first message"));

        Assert.InRange(await heldBackAt.Task.Within("a write to be held back"), 1, Total - 1);
        var read = 1;
        while (await call.ResponseStream.MoveNext().Within("the rest of the stream"))
            read++;

        Assert.Equal(Total, read);
    }

    [Fact]
    public async Task A_client_waits_for_a_server_that_does_not_read()
    {
        const int Total = 400;
        var proceed = new TaskCompletionSource();
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            ClientStream = async (requests, _) =>
            {
                await proceed.Task;
                var count = 0;
                while (await requests.MoveNext())
                    count++;
                return new Message { Number = count };
            },
        });
        using var call = server.Client.ClientStream();
        var message = new Message { Payload = ByteString.CopyFrom(new byte[64 * 1024]) };
        var heldBackAt = Total;

        for (var number = 0; number < Total; number++)
        {
            var write = call.RequestStream.WriteAsync(message);
            if (heldBackAt == Total && await write.IsHeldBack())
            {
                heldBackAt = number;
                proceed.SetResult();
            }

            await write.Within("a write after the server began to read");
        }

        await call.RequestStream.CompleteAsync();
        Assert.InRange(heldBackAt, 1, Total - 1);
        Assert.Equal(Total, (await call.ResponseAsync.Within("the response")).Number);
    }

    [Fact]
    public async Task A_second_read_or_write_beside_a_running_one_is_refused()
    {
        var proceed = new TaskCompletionSource();
        await using var server = await GrpcServer.StartAsync(new Handlers { Duplex = (_, _, _) => proceed.Task });
        using var call = server.Client.Duplex();

        var read = call.ResponseStream.MoveNext();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.ResponseStream.MoveNext());
        await call.RequestStream.CompleteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new Message()));
        proceed.SetResult();

        Assert.False(await read.Within("the end of the stream"));
    }

    [Fact]
    public async Task A_server_that_ends_a_duplex_call_early_ends_the_clients_writes_with_its_status()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Duplex = (_, _, _) => throw new RpcException(new Status(StatusCode.FailedPrecondition, "not now")),
        });
        using var call = server.Client.Duplex();

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Within("the status"));
        var write = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new Message()));

        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition, write.StatusCode);
    }

    [Fact]
    public async Task A_server_may_answer_a_client_stream_before_its_end()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            ClientStream = async (requests, _) =>
            {
                Assert.True(await requests.MoveNext());
                return requests.Current;
            },
        });
        using var call = server.Client.ClientStream();

        await call.RequestStream.WriteAsync(new Message { Text = "first is enough" });

        Assert.Equal("first is enough", (await call.ResponseAsync.Within("the early response")).Text);
    }

    [Fact]
    public async Task Messages_before_a_failure_are_read_before_it_is_thrown()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            ServerStream = async (_, responses, _) =>
            {
                await responses.WriteAsync(new Message { Text = "before" });
                throw new RpcException(new Status(StatusCode.DataLoss, "the disk is gone"));
            },
        });
        using var call = server.Client.ServerStream(new Message());

        Assert.True(await call.ResponseStream.MoveNext().Within("the message"));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Within("the failure"));

        Assert.Equal(new Status(StatusCode.DataLoss, "the disk is gone"), failure.Status);
        Assert.Equal(StatusCode.DataLoss, call.GetStatus().StatusCode);
    }
}
