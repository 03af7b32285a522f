namespace CodeB.AppHost.ControlPlane;

public static class ControlPlaneExtensions
{
    /// <summary>
    /// gRPC and plain HTTP on a port each: without TLS a port speaks either HTTP/2 or HTTP/1.1. Kestrel reads both from
    /// its configuration, so the server's code does not know of them.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithGrpcAndHttp(this IResourceBuilder<ProjectResource> builder)
    {
        builder
            .WithHttpEndpoint(name: "grpc")
            .AsHttp2Service()
            .WithHttpEndpoint(name: "http")
            .WithEndpointsInEnvironment(_ => false);
        return builder
            .WithEnvironment("Kestrel__Endpoints__grpc__Url", Listen(builder.GetEndpoint("grpc")))
            .WithEnvironment("Kestrel__Endpoints__grpc__Protocols", "Http2")
            .WithEnvironment("Kestrel__Endpoints__http__Url", Listen(builder.GetEndpoint("http")))
            .WithEnvironment("Kestrel__Endpoints__http__Protocols", "Http1")
            .WithHttpHealthCheck("/health", endpointName: "http");
    }

    /// <summary>
    /// The folder for the server's own files, such as the backup keys, which it makes there: gone with the topology. Domains
    /// are served over http and, with Caddy's own authority, over https: no public one gives certificates to a topology.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithFilesOf(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<ParameterResource> topology) =>
        builder
            .WithEnvironment("CodeB__DataDirectory", $"/var/lib/codeb/topology/{topology}/codeb")
            .WithEnvironment("Delivery__Tls", "Internal")
            .WithEnvironment("Delivery__RedirectToHttps", "false")
            .WithEnvironment("Delivery__Watch", "00:00:01")
            // Silos of topologies side by side listen on the same port, each at its topology's address.
            .WithEnvironment("Silo__Address", $"198.18.{topology}.1");

    private static ReferenceExpression Listen(EndpointReference endpoint) =>
        ReferenceExpression.Create($"http://localhost:{endpoint.Property(EndpointProperty.TargetPort)}");
}
