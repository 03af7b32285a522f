using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>Where the status goes: into the headers of a response without messages, else into its trailers.</summary>
internal static class ResponseStatus
{
    internal static void Write(HttpResponse response, Status status, Metadata? trailers = null)
    {
        var destination = response.HasStarted
            ? response.HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : response.Headers;
        foreach (var trailer in trailers ?? Metadata.Empty)
            destination.Append(trailer.Key, trailer.HeaderValue);
        destination.GrpcStatus = Wire.StatusText(status.StatusCode);
        destination.GrpcMessage = string.IsNullOrEmpty(status.Detail) ? default : PercentEncoding.Encode(status.Detail);
    }
}
