using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Contract.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Grpc.Contract.Tests;

public sealed class ContextAndTracing
{
    [Fact]
    public async Task A_handler_knows_the_method_the_host_and_the_peer()
    {
        ServerCallContext? seen = null;
        var peer = "";
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (request, context) =>
            {
                seen = context;
                peer = context.Peer;
                Assert.Equal("/grpc.contract.v1.Contract/Unary", context.Method);
                Assert.Equal("127.0.0.1", context.Host.Split(':')[0]);
                Assert.Equal("/grpc.contract.v1.Contract/Unary", context.GetHttpContext().Request.Path);
                Assert.False(context.AuthContext.IsPeerAuthenticated);
                Assert.False(context.CancellationToken.IsCancellationRequested);
                return Task.FromResult(request);
            },
        });

        await server.Client.UnaryAsync(new Message());

        Assert.NotNull(seen);
        Assert.Matches(@"^ipv4:127\.0\.0\.1:\d+$", peer);
    }

    [Fact]
    public async Task User_state_goes_from_an_interceptor_to_the_handler()
    {
        object? seen = null;
        await using var server = await GrpcServer.StartAsync(
            new Handlers
            {
                Unary = (request, context) =>
                {
                    seen = context.UserState["caller"];
                    return Task.FromResult(request);
                },
            },
            options => options.Interceptors.Add<CallerInterceptor>());

        await server.Client.UnaryAsync(new Message());

        Assert.Equal("the owner", seen);
    }

    [Fact]
    public async Task A_handler_runs_in_a_test_with_a_context_of_its_own()
    {
        var service = new TestService(new Handlers());

        var response = await service.Unary(new Message { Text = "no server" }, new OwnContext());

        Assert.Equal("no server", response.Text);
    }

    [Fact]
    public async Task A_call_is_one_trace_from_the_client_to_the_handler()
    {
        var finished = new ConcurrentBag<Activity>();
        var served = new TaskCompletionSource<Activity>();
        using var root = new Activity("test").Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Grpc.Net.Client" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId != root.TraceId)
                    return;
                finished.Add(activity);
                if (activity.Source.Name == "Microsoft.AspNetCore")
                    served.TrySetResult(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await GrpcServer.StartAsync(new Handlers
        {
            Unary = (_, _) => throw new RpcException(new Status(StatusCode.NotFound, "")),
        });

        await Assert.ThrowsAsync<RpcException>(() => server.Client.UnaryAsync(new Message()).ResponseAsync);
        var serverSpan = await served.Task.Within("the server's span");
        var clientSpan = finished.Single(activity => activity.Source.Name == "Grpc.Net.Client");

        Assert.Equal("Grpc.Net.Client.GrpcOut", clientSpan.OperationName);
        Assert.Equal("/grpc.contract.v1.Contract/Unary", clientSpan.GetTagItem("grpc.method"));
        Assert.Equal("5", clientSpan.GetTagItem("grpc.status_code"));
        Assert.Equal(ActivityKind.Client, clientSpan.Kind);
        Assert.Equal(root.SpanId, clientSpan.ParentSpanId);
        Assert.Equal("/grpc.contract.v1.Contract/Unary", serverSpan.GetTagItem("grpc.method"));
        Assert.Equal("5", serverSpan.GetTagItem("grpc.status_code"));
        Assert.Same(root, Activity.Current);
    }

    private sealed class CallerInterceptor : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            context.UserState["caller"] = "the owner";
            return continuation(request, context);
        }
    }

    private sealed class OwnContext : ServerCallContext
    {
        protected override string MethodCore => "/own/Method";

        protected override string HostCore => "localhost";

        protected override string PeerCore => "unknown";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore { get; } = [];

        protected override CancellationToken CancellationTokenCore => CancellationToken.None;

        protected override Metadata ResponseTrailersCore { get; } = [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore { get; } = new(null, []);

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
            throw new NotSupportedException();
    }
}
