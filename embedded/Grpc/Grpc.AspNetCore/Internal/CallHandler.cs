using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>The endpoint of one method: checks the request, runs the call and ends it with a status.</summary>
internal sealed class CallHandler(MethodOptions options, ILogger logger, IMethod method, Func<HttpContextServerCallContext, Task> run)
{
    internal Task HandleAsync(HttpContext httpContext)
    {
        if (!Wire.IsGrpcContentType(httpContext.Request.ContentType))
        {
            var contentType = httpContext.Request.ContentType;
            var problem = contentType is null
                ? "Content-Type is missing from the request."
                : $"Content-Type '{contentType}' is not supported.";
            return RefuseAsync(httpContext, StatusCodes.Status415UnsupportedMediaType, problem);
        }

        if (HttpProtocol.IsHttp11(httpContext.Request.Protocol) || HttpProtocol.IsHttp10(httpContext.Request.Protocol))
        {
            httpContext.Response.Headers.Upgrade = HttpProtocol.Http2;
            return RefuseAsync(
                httpContext, StatusCodes.Status426UpgradeRequired, $"Request protocol '{httpContext.Request.Protocol}' is not supported.");
        }

        httpContext.Response.ContentType = Wire.ContentType;
        return RunAsync(new HttpContextServerCallContext(httpContext, options, method, logger));
    }

    private async Task RunAsync(HttpContextServerCallContext call)
    {
        Exception? failure = null;
        try
        {
            await run(call);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        await call.EndAsync(failure);
    }

    private Task RefuseAsync(HttpContext httpContext, int httpStatus, string problem)
    {
        ServerLog.RequestRefused(logger, problem);
        httpContext.Response.StatusCode = httpStatus;
        ResponseStatus.Write(httpContext.Response, new Status(StatusCode.Internal, problem));
        return Task.CompletedTask;
    }
}
