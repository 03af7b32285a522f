using Google.Protobuf;
using Grpc.Contract.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Grpc.Contract.Tests;

/// <summary>The server is grpc-js: node/server.js.</summary>
public sealed class ServersThatAreNotOurs : IAsyncLifetime
{
    private static readonly byte[] AllBytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    private NodePeer _node = null!;
    private GrpcChannel _channel = null!;
    private V1.Contract.ContractClient _client = null!;

    public async ValueTask InitializeAsync() => await StartAsync();

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task Unary_calls_work()
    {
        var message = new Message { Text = "안녕", Number = -7, Payload = ByteString.CopyFrom(AllBytes) };

        Assert.Equal(message, await _client.UnaryAsync(message));
    }

    [Fact]
    public async Task All_three_kinds_of_streams_work()
    {
        using var serverStream = _client.ServerStream(new Message { Number = 100 });
        Assert.Equal(Enumerable.Range(0, 100), (await ReadAllAsync(serverStream.ResponseStream)).Select(message => message.Number));

        using var clientStream = _client.ClientStream();
        for (var number = 1; number <= 100; number++)
            await clientStream.RequestStream.WriteAsync(new Message { Number = number });
        await clientStream.RequestStream.CompleteAsync();
        Assert.Equal(5050, (await clientStream.ResponseAsync.Within("the response")).Number);

        using var duplex = _client.Duplex();
        for (var number = 0; number < 20; number++)
        {
            await duplex.RequestStream.WriteAsync(new Message { Number = number });
            Assert.True(await duplex.ResponseStream.MoveNext().Within("an echo"));
            Assert.Equal(number, duplex.ResponseStream.Current.Number);
        }

        await duplex.RequestStream.CompleteAsync();
        Assert.False(await duplex.ResponseStream.MoveNext().Within("the end of the stream"));
    }

    [Fact]
    public async Task Metadata_and_trailers_travel_both_ways()
    {
        using var call = _client.UnaryAsync(new Message(), new Metadata { { "ask-text", "some text, with a comma" }, { "ask-bin", AllBytes } });
        await call;
        var headers = await call.ResponseHeadersAsync;
        var trailers = call.GetTrailers();

        Assert.Equal("some text, with a comma", headers.GetValue("head-text"));
        Assert.Equal(AllBytes, headers.GetValueBytes("head-bin"));
        Assert.Equal(["one", "two"], trailers.GetAll("tail-text").Select(entry => entry.Value));
        Assert.Equal(AllBytes, trailers.GetValueBytes("tail-bin"));
    }

    [Fact]
    public async Task A_failure_arrives_with_its_text_and_details()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(
            () => _client.UnaryAsync(new Message(), new Metadata { { "fail", "9" } }).ResponseAsync);

        Assert.Equal(new Status(StatusCode.FailedPrecondition, "이미 실행 중: 100 %"), failure.Status);
        Assert.Equal(AllBytes, failure.Trailers.GetValueBytes("grpc-status-details-bin"));
    }

    [Fact]
    public async Task Messages_before_a_failure_are_read_before_it_is_thrown()
    {
        using var call = _client.ServerStream(new Message { Number = 3 }, new Metadata { { "fail", "15" } });

        for (var number = 0; number < 3; number++)
            Assert.True(await call.ResponseStream.MoveNext().Within("a message"));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Within("the failure"));

        Assert.Equal(StatusCode.DataLoss, failure.StatusCode);
    }

    [Fact]
    public async Task A_missing_method_is_unimplemented()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => _client.MissingAsync(new Message()).ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Fact]
    public async Task A_passed_deadline_fails_the_call_on_both_sides()
    {
        var call = _client.UnaryAsync(new Message(), new Metadata { { "hang", "1" } }, DateTime.UtcNow.AddMilliseconds(500));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Within("the deadline"));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.Equal("Unary", await _node.LineAsync("cancelled"));
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_on_the_server()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = _client.ServerStream(new Message { Number = 1 }, new Metadata { { "hang", "1" } }, cancellationToken: cancellation.Token);
        Assert.True(await call.ResponseStream.MoveNext().Within("the first message"));

        cancellation.Cancel();
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Within("the cancellation"));

        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        Assert.Equal("ServerStream", await _node.LineAsync("cancelled"));
    }

    [Fact]
    public async Task Messages_packed_with_gzip_are_unpacked()
    {
        await DisposeAsync();
        await StartAsync("gzip");

        using var call = _client.UnaryAsync(new Message { Text = new string('x', 10_000) });

        Assert.Equal(10_000, (await call).Text.Length);
        using var stream = _client.ServerStream(new Message { Text = new string('y', 10_000), Number = 3 });
        Assert.Equal(3, (await ReadAllAsync(stream.ResponseStream)).Count(message => message.Text.Length == 10_000));
    }

    private static async Task<List<Message>> ReadAllAsync(IAsyncStreamReader<Message> stream)
    {
        var messages = new List<Message>();
        await foreach (var message in stream.ReadAllAsync())
            messages.Add(message);
        return messages;
    }

    private async Task StartAsync(params string[] arguments)
    {
        _node = await NodePeer.StartAsync(["server.js", .. arguments]);
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{await _node.LineAsync("listening")}");
        _client = new V1.Contract.ContractClient(_channel);
    }
}
