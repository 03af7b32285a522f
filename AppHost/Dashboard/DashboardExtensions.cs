namespace CodeB.AppHost.Dashboard;

public static class DashboardExtensions
{
    /// <summary>
    /// Adds the Aspire dashboard where its command line is present: <c>./codeb up --dashboard</c> fetches it and names it in
    /// CODEB_DASHBOARD. Null elsewhere; it is a tool of this machine, and no part of the manifest.
    /// </summary>
    public static IResourceBuilder<ExecutableResource>? AddDashboard(this IDistributedApplicationBuilder builder, string name)
    {
        var program = builder.Configuration["CODEB_DASHBOARD"];
        if (!builder.ExecutionContext.IsRunMode || !File.Exists(program))
            return null;
        var dashboard = builder.AddExecutable(
            name, program, ".", "dashboard", "run", "--non-interactive", "--nologo", "--allow-anonymous");
        return dashboard
            .WithHttpEndpoint(name: "http")
            .WithHttpEndpoint(name: "otlp-grpc")
            .WithHttpEndpoint(name: "otlp-http")
            .WithArgs("--frontend-url", Loopback(dashboard.GetEndpoint("http")))
            .WithArgs("--otlp-grpc-url", Loopback(dashboard.GetEndpoint("otlp-grpc")))
            .WithArgs("--otlp-http-url", Loopback(dashboard.GetEndpoint("otlp-http")))
            .WithEnvironment("ASPIRE_CLI_TELEMETRY_OPTOUT", "true")
            .WithHttpHealthCheck("/", endpointName: "http")
            .ExcludeFromManifest();
    }

    /// <summary>Sends a service's traces, metrics and logs to the dashboard, if there is one.</summary>
    public static IResourceBuilder<T> WithTelemetryTo<T>(this IResourceBuilder<T> builder, IResourceBuilder<ExecutableResource>? dashboard)
        where T : IResourceWithEnvironment, IResourceWithWaitSupport =>
        dashboard is null
            ? builder
            : builder
                .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", Loopback(dashboard.GetEndpoint("otlp-grpc")))
                .WithEnvironment("OTEL_SERVICE_NAME", builder.Resource.Name)
                .WaitForStart(dashboard);

    private static ReferenceExpression Loopback(EndpointReference endpoint) =>
        ReferenceExpression.Create($"http://127.0.0.1:{endpoint.Property(EndpointProperty.TargetPort)}");
}
