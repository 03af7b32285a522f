using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Internal;

internal static partial class ClientLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Call of {Method} failed with gRPC error status. Status code: '{StatusCode}', Message: '{Detail}'.")]
    internal static partial void CallFailed(ILogger logger, string method, StatusCode statusCode, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The configured CallCredentials were not used because the call does not use TLS.")]
    internal static partial void CredentialsNotUsed(ILogger logger);
}
