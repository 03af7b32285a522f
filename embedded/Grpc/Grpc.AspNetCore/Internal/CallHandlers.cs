using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The four kinds of calls: what is read first, what the handler gets, what is written last.</summary>
internal static class CallHandlers
{
    internal static async Task UnaryAsync<TRequest, TResponse>(
        HttpContextServerCallContext context, Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> call)
        where TRequest : class
        where TResponse : class
    {
        var request = await ReadRequestAsync(context, method.RequestMarshaller);
        await WriteResponseAsync(context, method.ResponseMarshaller, await call(request, context));
    }

    internal static async Task ClientStreamingAsync<TRequest, TResponse>(
        HttpContextServerCallContext context, Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> call)
        where TRequest : class
        where TResponse : class
    {
        LiftLimitsOfRequest(context.HttpContext);
        LiftTimeout(context.HttpContext);
        var requests = new RequestStream<TRequest>(context, method.RequestMarshaller);
        try
        {
            await WriteResponseAsync(context, method.ResponseMarshaller, await call(requests, context));
        }
        finally
        {
            requests.Complete();
        }
    }

    internal static async Task ServerStreamingAsync<TRequest, TResponse>(
        HttpContextServerCallContext context, Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> call)
        where TRequest : class
        where TResponse : class
    {
        LiftTimeout(context.HttpContext);
        var request = await ReadRequestAsync(context, method.RequestMarshaller);
        var responses = new ResponseStream<TResponse>(context, method.ResponseMarshaller);
        try
        {
            await call(request, responses, context);
        }
        finally
        {
            responses.Complete();
        }
    }

    internal static async Task DuplexStreamingAsync<TRequest, TResponse>(
        HttpContextServerCallContext context, Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> call)
        where TRequest : class
        where TResponse : class
    {
        LiftLimitsOfRequest(context.HttpContext);
        LiftTimeout(context.HttpContext);
        var requests = new RequestStream<TRequest>(context, method.RequestMarshaller);
        var responses = new ResponseStream<TResponse>(context, method.ResponseMarshaller);
        try
        {
            await call(requests, responses, context);
        }
        finally
        {
            requests.Complete();
            responses.Complete();
        }
    }

    private static async ValueTask<TRequest> ReadRequestAsync<TRequest>(
        HttpContextServerCallContext context, Marshaller<TRequest> marshaller)
        where TRequest : class =>
        await context.CreateReader().ReadSingleAsync(marshaller.ContextualDeserializer, CancellationToken.None)
            ?? throw new RpcException(new Status(StatusCode.Internal, "Incomplete message."));

    private static async ValueTask WriteResponseAsync<TResponse>(
        HttpContextServerCallContext context, Marshaller<TResponse> marshaller, TResponse? response)
        where TResponse : class
    {
        if (response is null)
            throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
        if (context.IsDeadlineExceeded)
            return;
        if (!context.HttpContext.Response.HasStarted)
            await context.HttpContext.Response.StartAsync();
        context.Writer.Write(context.HttpContext.Response.BodyWriter, response, marshaller.ContextualSerializer);
    }

    /// <summary>A client may stream as slowly and as much as it likes; the limit of each message still holds.</summary>
    private static void LiftLimitsOfRequest(HttpContext httpContext)
    {
        if (httpContext.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (httpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
    }

    private static void LiftTimeout(HttpContext httpContext)
    {
        var metadata = httpContext.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<RequestTimeoutAttribute>() is null && metadata?.GetMetadata<RequestTimeoutPolicy>() is null)
            httpContext.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
    }
}
