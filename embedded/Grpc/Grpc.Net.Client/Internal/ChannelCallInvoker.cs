using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>Starts the four kinds of calls on a channel.</summary>
internal sealed class ChannelCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new GrpcCall<TRequest, TResponse>(channel, method, options);
        return new AsyncUnaryCall<TResponse>(
            call.StartSingleResponse(new SingleMessageContent<TRequest>(request, method.RequestMarshaller, channel.MaxSendMessageSize)),
            ClientCall.GetHeaders, ClientCall.GetStatus, ClientCall.GetTrailers, ClientCall.Dispose, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new GrpcCall<TRequest, TResponse>(channel, method, options);
        return new AsyncServerStreamingCall<TResponse>(
            call.StartResponseStream(new SingleMessageContent<TRequest>(request, method.RequestMarshaller, channel.MaxSendMessageSize)),
            ClientCall.GetHeaders, ClientCall.GetStatus, ClientCall.GetTrailers, ClientCall.Dispose, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new GrpcCall<TRequest, TResponse>(channel, method, options);
        var requests = new RequestStreamWriter<TRequest>(call, method.RequestMarshaller, channel.MaxSendMessageSize);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            requests,
            call.StartSingleResponse(new StreamedContent(requests)),
            ClientCall.GetHeaders, ClientCall.GetStatus, ClientCall.GetTrailers, ClientCall.Dispose, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new GrpcCall<TRequest, TResponse>(channel, method, options);
        var requests = new RequestStreamWriter<TRequest>(call, method.RequestMarshaller, channel.MaxSendMessageSize);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            requests,
            call.StartResponseStream(new StreamedContent(requests)),
            ClientCall.GetHeaders, ClientCall.GetStatus, ClientCall.GetTrailers, ClientCall.Dispose, call);
    }
}
