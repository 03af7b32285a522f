using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>What <c>AddGrpc</c> returns, for settings of single services.</summary>
public interface IGrpcServerBuilder
{
    IServiceCollection Services { get; }
}
