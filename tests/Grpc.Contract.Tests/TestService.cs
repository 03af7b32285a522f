using Grpc.Contract.V1;
using Grpc.Core;

namespace Grpc.Contract.Tests;

/// <summary>What the test's service does; each method echoes unless a test says otherwise.</summary>
public sealed class Handlers
{
    public UnaryServerMethod<Message, Message> Unary { get; set; } = (request, _) => Task.FromResult(request);

    public ServerStreamingServerMethod<Message, Message> ServerStream { get; set; } = async (request, responses, _) =>
    {
        for (var number = 0; number < request.Number; number++)
            await responses.WriteAsync(new Message { Text = request.Text, Number = number });
    };

    public ClientStreamingServerMethod<Message, Message> ClientStream { get; set; } = async (requests, _) =>
    {
        var sum = new Message();
        await foreach (var request in requests.ReadAllAsync())
        {
            sum.Text += request.Text;
            sum.Number += request.Number;
        }

        return sum;
    };

    public DuplexStreamingServerMethod<Message, Message> Duplex { get; set; } = async (requests, responses, _) =>
    {
        await foreach (var request in requests.ReadAllAsync())
            await responses.WriteAsync(request);
    };
}

/// <summary>The generated service with the test's handlers; the method Missing is left out.</summary>
public sealed class TestService(Handlers handlers) : V1.Contract.ContractBase
{
    public override Task<Message> Unary(Message request, ServerCallContext context) => handlers.Unary(request, context);

    public override Task ServerStream(Message request, IServerStreamWriter<Message> responseStream, ServerCallContext context) =>
        handlers.ServerStream(request, responseStream, context);

    public override Task<Message> ClientStream(IAsyncStreamReader<Message> requestStream, ServerCallContext context) =>
        handlers.ClientStream(requestStream, context);

    public override Task Duplex(
        IAsyncStreamReader<Message> requestStream, IServerStreamWriter<Message> responseStream, ServerCallContext context) =>
        handlers.Duplex(requestStream, responseStream, context);
}
