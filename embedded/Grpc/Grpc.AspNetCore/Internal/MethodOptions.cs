using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

/// <summary>What holds for the methods of one service: its own settings over those of all.</summary>
internal sealed record MethodOptions(
    int? MaxReceiveMessageSize,
    int? MaxSendMessageSize,
    bool EnableDetailedErrors,
    IReadOnlyList<InterceptorRegistration> Interceptors)
{
    internal static MethodOptions Merge(GrpcServiceOptions all, GrpcServiceOptions one) => new(
        one.MaxReceiveMessageSizeSpecified ? one.MaxReceiveMessageSize
            : all.MaxReceiveMessageSizeSpecified ? all.MaxReceiveMessageSize
            : Wire.DefaultMaxReceiveMessageSize,
        one.MaxSendMessageSizeSpecified ? one.MaxSendMessageSize : all.MaxSendMessageSize,
        one.EnableDetailedErrors ?? all.EnableDetailedErrors ?? false,
        [.. all.Interceptors, .. one.Interceptors]);
}
