using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using Google.Protobuf;
using Grpc.Contract.V1;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Grpc.Contract.Tests;

/// <summary>What a server answers, byte by byte, to requests that a plain HTTP client makes.</summary>
public sealed class OnTheWire
{
    private const string UnaryPath = "/grpc.contract.v1.Contract/Unary";

    [Fact]
    public async Task A_response_has_its_message_in_the_body_and_its_status_in_the_trailers()
    {
        await using var server = await GrpcServer.StartAsync();

        var answer = await SendAsync(server, Frame(new Message { Text = "hello" }));

        Assert.Equal(HttpStatusCode.OK, answer.Http);
        Assert.Equal("application/grpc", answer.ContentType);
        Assert.Equal(Frame(new Message { Text = "hello" }), answer.Body);
        Assert.Equal("0", answer.Trailers["grpc-status"]);
        Assert.False(answer.Headers.ContainsKey("grpc-status"));
    }

    [Fact]
    public async Task A_failure_without_a_message_has_its_status_in_the_headers_with_the_text_percent_encoded()
    {
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (_, _) => throw new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.NotFound, "100 % 없음")),
        });

        var answer = await SendAsync(server, Frame(new Message()));

        Assert.Equal(HttpStatusCode.OK, answer.Http);
        Assert.Equal("5", answer.Headers["grpc-status"]);
        Assert.Equal("100 %25 %EC%97%86%EC%9D%8C", answer.Headers["grpc-message"]);
        Assert.Empty(answer.Body);
        Assert.Empty(answer.Trailers);
    }

    [Theory]
    [InlineData("application/grpc", 200)]
    [InlineData("application/grpc+proto", 200)]
    [InlineData("application/json", 415)]
    [InlineData("application/grpcx", 415)]
    public async Task Only_gRPC_content_types_are_served(string contentType, int expected)
    {
        await using var server = await GrpcServer.StartAsync();

        var answer = await SendAsync(server, Frame(new Message()), contentType: contentType);

        Assert.Equal(expected, (int)answer.Http);
    }

    [Fact]
    public async Task HTTP_1_is_told_to_upgrade()
    {
        await using var server = await GrpcServer.StartAsync(protocols: HttpProtocols.Http1);

        var answer = await SendAsync(server, Frame(new Message()), version: HttpVersion.Version11);

        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.Http);
    }

    [Fact]
    public async Task A_message_packed_with_gzip_is_unpacked()
    {
        await using var server = await GrpcServer.StartAsync();
        var message = new Message { Text = new string('x', 5000) };

        var answer = await SendAsync(server, Frame(message, gzip: true), encoding: "gzip");

        Assert.Equal("0", answer.Trailers["grpc-status"]);
        Assert.Equal(message, Message.Parser.ParseFrom(answer.Body, 5, answer.Body.Length - 5));
    }

    [Fact]
    public async Task A_message_packed_in_an_unknown_way_is_unimplemented_and_the_answer_names_the_known_ways()
    {
        await using var server = await GrpcServer.StartAsync();

        var answer = await SendAsync(server, Frame(new Message(), gzip: true), encoding: "snappy");

        Assert.Equal("12", answer.Headers["grpc-status"]);
        Assert.Contains("snappy", answer.Headers["grpc-message"]);
        Assert.Contains("gzip", answer.Headers["grpc-accept-encoding"]);
        Assert.DoesNotContain("snappy", answer.Headers["grpc-accept-encoding"]);
    }

    [Fact]
    public async Task A_packed_message_without_an_encoding_is_an_internal_error()
    {
        await using var server = await GrpcServer.StartAsync();

        var answer = await SendAsync(server, Frame(new Message(), gzip: true));

        Assert.Equal("13", answer.Headers["grpc-status"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task A_body_that_ends_within_the_message_is_an_internal_error(int length)
    {
        await using var server = await GrpcServer.StartAsync();

        var answer = await SendAsync(server, Frame(new Message { Text = "cut off" })[..length]);

        Assert.Equal("13", answer.Headers["grpc-status"]);
        Assert.Equal("Incomplete message.", answer.Headers["grpc-message"]);
    }

    [Fact]
    public async Task A_second_message_in_a_unary_request_is_an_internal_error()
    {
        await using var server = await GrpcServer.StartAsync();

        var answer = await SendAsync(server, [.. Frame(new Message()), .. Frame(new Message())]);

        Assert.Equal("13", answer.Headers["grpc-status"]);
    }

    [Theory]
    [InlineData("50m")]
    [InlineData("50000u")]
    [InlineData("50000000n")]
    public async Task A_server_answers_by_itself_when_the_deadline_passes(string timeout)
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

        var answer = await SendAsync(server, Frame(new Message()), timeout: timeout).Within("the answer");

        Assert.Equal("4", answer.Headers["grpc-status"]);
        await cancelled.Task.Within("the handler's cancellation");
    }

    [Fact]
    public async Task A_timeout_that_cannot_be_read_is_ignored()
    {
        await using var server = await GrpcServer.StartAsync();

        var answer = await SendAsync(server, Frame(new Message()), timeout: "soon");

        Assert.Equal("0", answer.Trailers["grpc-status"]);
    }

    private static byte[] Frame(Message message, bool gzip = false)
    {
        var payload = message.ToByteArray();
        if (gzip)
        {
            var packed = new MemoryStream();
            using (var stream = new GZipStream(packed, CompressionLevel.Fastest))
                stream.Write(payload);
            payload = packed.ToArray();
        }

        var frame = new byte[5 + payload.Length];
        frame[0] = gzip ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)payload.Length);
        payload.CopyTo(frame, 5);
        return frame;
    }

    private static async Task<Answer> SendAsync(
        GrpcServer server,
        byte[] body,
        string contentType = "application/grpc",
        string? encoding = null,
        string? timeout = null,
        Version? version = null)
    {
        using var client = new HttpClient();
        var request = new HttpRequestMessage(HttpMethod.Post, server.Address + UnaryPath)
        {
            Version = version ?? HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        if (encoding is not null)
            request.Headers.TryAddWithoutValidation("grpc-encoding", encoding);
        if (timeout is not null)
            request.Headers.TryAddWithoutValidation("grpc-timeout", timeout);
        using var response = await client.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return new Answer(
            response.StatusCode,
            response.Content.Headers.ContentType?.ToString(),
            response.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase),
            bytes,
            response.TrailingHeaders.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
    }

    private sealed record Answer(
        HttpStatusCode Http, string? ContentType, Dictionary<string, string> Headers, byte[] Body, Dictionary<string, string> Trailers);
}
