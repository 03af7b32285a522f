using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CodeB.ServiceDefaults;

/// <summary>OpenTelemetry's standard settings (its specification, "Environment Variables").</summary>
public sealed class TelemetryOptions
{
    /// <summary>Where traces and metrics go over OTLP. Default: nowhere; then nothing is collected and nothing is paid.</summary>
    [ConfigurationKeyName("OTEL_EXPORTER_OTLP_ENDPOINT")]
    public string? Endpoint { get; set; }

    /// <summary>The service's name in traces. Default: the program's name.</summary>
    [ConfigurationKeyName("OTEL_SERVICE_NAME")]
    public string? ServiceName { get; set; }
}

/// <summary>Exports traces and metrics for as long as the host runs, and flushes them at its end.</summary>
/// <remarks>OpenTelemetry's hosting package would do the same; the provider's own API needs no further package.</remarks>
internal sealed class TelemetryExport(IOptions<TelemetryOptions> options, IHostEnvironment environment) : IHostedService, IDisposable
{
    /// <summary>One trace from the API's call over grains and steps to the remote command.</summary>
    private static readonly string[] Sources =
        ["Microsoft.AspNetCore", "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "CodeB.*"];

    private static readonly string[] Meters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.Orleans", "System.Runtime", "Npgsql", "CodeB.*"];

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(options.Value.Endpoint))
            return Task.CompletedTask;

        var resource = ResourceBuilder.CreateDefault().AddService(options.Value.ServiceName ?? environment.ApplicationName);
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Sources).AddOtlpExporter().Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters).AddOtlpExporter().Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _traces?.ForceFlush(5_000);
        _metrics?.ForceFlush(5_000);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }
}
