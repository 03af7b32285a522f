using Grpc.Contract.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.Contract.Tests;

public sealed class InterceptorChains
{
    private readonly List<string> _log = [];

    [Fact]
    public async Task Server_interceptors_stand_around_a_call_in_the_order_of_their_registration()
    {
        await using var server = await GrpcServer.StartAsync(
            new Handlers
            {
                Unary = (request, _) =>
                {
                    _log.Add("handler");
                    return Task.FromResult(request);
                },
            },
            options =>
            {
                options.Interceptors.Add<Recorder>(_log, "first");
                options.Interceptors.Add<Recorder>(_log, "second");
            },
            grpc => grpc.AddServiceOptions<TestService>(options => options.Interceptors.Add<Recorder>(_log, "of the service")));

        await server.Client.UnaryAsync(new Message());

        Assert.Equal(
            ["> first", "> second", "> of the service", "handler", "< of the service", "< second", "< first"], _log);
    }

    [Fact]
    public async Task A_server_interceptor_sees_all_four_kinds_of_calls()
    {
        await using var server = await GrpcServer.StartAsync(options: options => options.Interceptors.Add<Recorder>(_log, "it"));

        await server.Client.UnaryAsync(new Message());
        using (var call = server.Client.ServerStream(new Message { Number = 2 }))
            Assert.Equal(2, await Count(call.ResponseStream));
        using (var call = server.Client.ClientStream())
        {
            await call.RequestStream.CompleteAsync();
            await call;
        }

        using (var call = server.Client.Duplex())
        {
            await call.RequestStream.CompleteAsync();
            Assert.Equal(0, await Count(call.ResponseStream));
        }

        Assert.Equal(4, _log.Count(line => line == "> it"));
    }

    [Fact]
    public async Task A_server_interceptor_comes_from_the_services_when_it_is_registered_there()
    {
        var recorder = new Recorder(_log, "registered");
        await using var server = await GrpcServer.StartAsync(
            options: options => options.Interceptors.Add<Recorder>(),
            services: grpc => grpc.Services.AddSingleton(recorder));

        await server.Client.UnaryAsync(new Message());

        Assert.Equal(["> registered", "< registered"], _log);
    }

    [Fact]
    public async Task A_server_interceptor_may_refuse_a_call_before_the_handler()
    {
        var called = false;
        await using var server = await GrpcServer.StartAsync(
            new Handlers
            {
                Unary = (request, _) =>
                {
                    called = true;
                    return Task.FromResult(request);
                },
            },
            options => options.Interceptors.Add<Gate>());

        var refused = await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(new Message()).ResponseAsync);
        Assert.False(called);
        await server.Client.UnaryAsync(new Message(), new Metadata { { "key", "right" } });

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.True(called);
    }

    [Fact]
    public async Task A_server_interceptor_may_turn_the_handlers_exception_into_a_status()
    {
        await using var server = await GrpcServer.StartAsync(
            new Handlers { Unary = (_, _) => throw new KeyNotFoundException("no such project") },
            options => options.Interceptors.Add<Translator>());

        var failure = await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(new Message()).ResponseAsync);

        Assert.Equal(new Status(StatusCode.NotFound, "no such project"), failure.Status);
    }

    [Fact]
    public async Task Client_interceptors_stand_around_a_call_in_the_order_of_their_registration()
    {
        await using var server = await GrpcServer.StartAsync();
        var client = new V1.Contract.ContractClient(server.Channel.Intercept(new Recorder(_log, "first"), new Recorder(_log, "second")));

        var response = await client.UnaryAsync(new Message { Text = "passed" });

        Assert.Equal("passed", response.Text);
        Assert.Equal(["> first", "> second"], _log);
    }

    [Fact]
    public async Task A_client_interceptor_adds_headers_to_every_call()
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
        var client = new V1.Contract.ContractClient(server.Channel.Intercept(headers =>
        {
            headers.Add("key", "from the interceptor");
            return headers;
        }));

        await client.UnaryAsync(new Message());

        Assert.Equal("from the interceptor", seen!.GetValue("key"));
    }

    [Fact]
    public async Task A_client_interceptor_may_wrap_a_call_and_change_its_response()
    {
        await using var server = await GrpcServer.StartAsync();
        var client = new V1.Contract.ContractClient(server.Channel.CreateCallInvoker().Intercept(new Doubler()));

        using var call = client.UnaryAsync(new Message { Number = 21 });

        Assert.Equal(42, (await call).Number);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.NotNull(await call.ResponseHeadersAsync);
    }

    private static async Task<int> Count(IAsyncStreamReader<Message> stream)
    {
        var count = 0;
        while (await stream.MoveNext())
            count++;
        return count;
    }

    private sealed class Recorder(List<string> log, string name) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add($"> {name}");
            return continuation(request, context);
        }

        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            log.Add($"> {name}");
            var response = await continuation(request, context);
            log.Add($"< {name}");
            return response;
        }

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            log.Add($"> {name}");
            return continuation(requestStream, context);
        }

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            log.Add($"> {name}");
            return continuation(request, responseStream, context);
        }

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        {
            log.Add($"> {name}");
            return continuation(requestStream, responseStream, context);
        }
    }

    private sealed class Gate : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            context.RequestHeaders.GetValue("key") == "right"
                ? continuation(request, context)
                : throw new RpcException(new Status(StatusCode.Unauthenticated, "who are you?"));
    }

    private sealed class Translator : Interceptor
    {
        public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            try
            {
                return await continuation(request, context);
            }
            catch (KeyNotFoundException exception)
            {
                throw new RpcException(new Status(StatusCode.NotFound, exception.Message));
            }
        }
    }

    private sealed class Doubler : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            var call = continuation(request, context);
            return new AsyncUnaryCall<TResponse>(
                DoubleAsync(call.ResponseAsync), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
        }

        private static async Task<TResponse> DoubleAsync<TResponse>(Task<TResponse> responseAsync)
        {
            var response = await responseAsync;
            if (response is Message message)
                message.Number *= 2;
            return response;
        }
    }
}
