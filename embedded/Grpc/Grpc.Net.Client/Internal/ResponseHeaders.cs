using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>What a response's headers and trailers say to gRPC.</summary>
internal static class ResponseHeaders
{
    /// <summary>The status of a response that carries no messages, be it gRPC's own or that of a peer that does not speak gRPC.</summary>
    internal static Status? Check(HttpResponseMessage response)
    {
        // A stream without messages ends well that way; a single response that is missing is found by its reader.
        if (Read(response.Headers) is { } status)
            return status.StatusCode == StatusCode.OK ? null : status;
        if (response.StatusCode != HttpStatusCode.OK)
            return new Status(FromHttp(response.StatusCode), $"Bad gRPC response. HTTP status code: {(int)response.StatusCode}");
        return First(response.Content.Headers, "Content-Type") switch
        {
            null => new Status(StatusCode.Cancelled, "Bad gRPC response. Response did not have a content-type header."),
            var other when !Wire.IsGrpcContentType(other) =>
                new Status(StatusCode.Cancelled, $"Bad gRPC response. Invalid content-type value: {other}"),
            _ => null,
        };
    }

    /// <summary>The status of a response that was read to its end.</summary>
    internal static Status ReadStatus(HttpResponseMessage response) =>
        Read(response.TrailingHeaders) ?? Read(response.Headers)
            ?? new Status(StatusCode.Cancelled, "No grpc-status found on response.");

    internal static string? Encoding(HttpResponseMessage response) => First(response.Headers, Wire.EncodingHeader);

    internal static Metadata ToMetadata(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (key, values) in headers.NonValidated)
        {
            if (IsProtocolHeader(key))
                continue;
            foreach (var value in values)
                Wire.AddHeader(metadata, key, value);
        }

        return metadata;
    }

    private static Status? Read(HttpHeaders headers)
    {
        if (First(headers, Wire.StatusHeader) is not { } code)
            return null;
        if (!int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return new Status(StatusCode.Cancelled, $"Unexpected grpc-status value: {code}");
        return new Status((StatusCode)value, PercentEncoding.Decode(First(headers, Wire.MessageHeader) ?? ""));
    }

    private static string? First(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>Headers that belong to HTTP or gRPC and are no metadata.</summary>
    private static bool IsProtocolHeader(string name) => name.ToLowerInvariant() is
        Wire.StatusHeader or Wire.MessageHeader or Wire.EncodingHeader or Wire.AcceptEncodingHeader or "content-encoding" or "content-type";

    /// <summary>grpc/doc/http-grpc-status-mapping.md.</summary>
    private static StatusCode FromHttp(HttpStatusCode code) => (int)code switch
    {
        400 or 431 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
