using System.Net.Sockets;
using Grpc.Core;

namespace Grpc.Net.Client.Internal;

/// <summary>Which status a local failure amounts to.</summary>
internal static class Errors
{
    internal static Status ToStatus(Exception exception, bool deadlinePassed)
    {
        switch (exception)
        {
            case RpcException rpcException:
                return rpcException.Status;
            case OperationCanceledException:
                return new Status(StatusCode.Cancelled, "", exception);
        }

        var code = CodeOf(exception);

        // The server may notice the deadline first and reset the stream before this side's timer fires.
        if (code == StatusCode.Cancelled && deadlinePassed)
            code = StatusCode.DeadlineExceeded;
        return new Status(code, $"Error starting gRPC call. {Wire.Describe(exception)}", exception);
    }

    private static StatusCode CodeOf(Exception exception)
    {
        StatusCode? code = null;
        for (var current = exception; current is not null; current = current.InnerException)
        {
            code = current switch
            {
                HttpProtocolException protocol => FromHttp2(protocol.ErrorCode),
                SocketException or IOException => code ?? StatusCode.Unavailable,
                _ => code,
            };
        }

        return code ?? StatusCode.Internal;
    }

    /// <summary>RST_STREAM codes: grpc/doc/PROTOCOL-HTTP2.md, "Errors".</summary>
    private static StatusCode FromHttp2(long errorCode) => errorCode switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
