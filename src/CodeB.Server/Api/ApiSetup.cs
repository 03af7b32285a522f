using CodeB.Server.Api.Backups;
using CodeB.Server.Api.Domains;
using CodeB.Server.Api.Env;
using CodeB.Server.Api.Errors;
using CodeB.Server.Api.Operations;
using CodeB.Server.Api.Projects;
using CodeB.Server.Api.Registry;
using CodeB.Server.Api.Servers;
using CodeB.Server.Api.Slots;
using CodeB.Server.Api.Status;

namespace CodeB.Server.Api;

/// <summary>The public gRPC API: one folder a service of protos/codeb/v1.</summary>
public static class ApiSetup
{
    public static WebApplicationBuilder AddApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddGrpc(options => options.Interceptors.Add<ErrorInterceptor>());
        builder.Services.AddSingleton<OperationStreams>();
        builder.Services.AddSingleton<SlotLogs>();
        builder.Services.AddSingleton(new ServerStart(TimeProvider.System.GetUtcNow()));
        return builder;
    }

    public static WebApplication MapApi(this WebApplication app)
    {
        app.MapGrpcService<ServerApi>();
        app.MapGrpcService<ProjectApi>();
        app.MapGrpcService<DomainApi>();
        app.MapGrpcService<EnvApi>();
        app.MapGrpcService<SlotApi>();
        app.MapGrpcService<BackupApi>();
        app.MapGrpcService<OperationApi>();
        app.MapGrpcService<RegistryApi>();
        app.MapGrpcService<StatusApi>();
        return app;
    }
}
