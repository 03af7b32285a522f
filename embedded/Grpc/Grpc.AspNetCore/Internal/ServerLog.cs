using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Internal;

internal static partial class ServerLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "gRPC request refused: {Problem}")]
    internal static partial void RequestRefused(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "Error when executing service method '{Method}'.")]
    internal static partial void HandlerFailed(ILogger logger, string method, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Service method '{Method}' canceled.")]
    internal static partial void HandlerCancelled(ILogger logger, string method, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "'{Method}' ended with status code '{StatusCode}' and detail '{Detail}'.")]
    internal static partial void StatusThrown(ILogger logger, string method, StatusCode statusCode, string detail);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Invalid grpc-timeout header value '{Timeout}' has been ignored.")]
    internal static partial void InvalidTimeoutIgnored(ILogger logger, string timeout);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The deadline of '{Method}' was exceeded.")]
    internal static partial void DeadlineExceeded(ILogger logger, string method);

    [LoggerMessage(Level = LogLevel.Error, Message = "Error while ending a call whose deadline was exceeded.")]
    internal static partial void DeadlineFailed(ILogger logger, Exception exception);
}
