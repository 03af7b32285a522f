using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Runs one resource's process: waits, starts, watches its health, notes its end, starts it again when told to.</summary>
internal sealed class ResourceRunner(IResource resource, Orchestrator orchestrator)
{
    private static readonly TimeSpan UntilHealthy = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WhileHealthy = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private CancellationTokenSource? _stop;
    private Task _run = Task.CompletedTask;

    public IResource Resource { get; } = resource;

    private ResourceNotificationService Notifications => orchestrator.Notifications;

    private ILogger Logger => orchestrator.Logs.GetLogger(Resource);

    /// <returns>False when the resource runs, or waits to run, already.</returns>
    public bool Start()
    {
        lock (_lock)
        {
            if (!_run.IsCompleted)
                return false;
            _stop = new CancellationTokenSource();
            _run = RunAsync(_stop.Token);
            return true;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task run;
        lock (_lock)
        {
            _stop?.Cancel();
            run = _run;
        }

        await run.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            await UpdateAsync(s => s with
            {
                State = Resource.HasAnnotationOfType<WaitAnnotation>() ? KnownResourceStates.Waiting : KnownResourceStates.Starting,
                ExitCode = null,
                StopTimeStamp = null,
                HealthReports = [],
                ReadyEvent = null,
            }).ConfigureAwait(false);
            await Notifications.WaitForDependenciesAsync(Resource, stopping).ConfigureAwait(false);
            await orchestrator.Eventing.PublishAsync(new BeforeResourceStartedEvent(Resource, orchestrator.Services), stopping)
                .ConfigureAwait(false);
            await UpdateAsync(s => s with { State = KnownResourceStates.Starting }).ConfigureAwait(false);
            using var child = await StartProcessAsync(stopping).ConfigureAwait(false);
            await WatchAsync(child, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await UpdateAsync(s => s with { State = KnownResourceStates.Exited, StopTimeStamp = DateTime.UtcNow }).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Logger.LogError("Failed to start resource '{Name}': {Reason}", Resource.Name, e.Message);
            await UpdateAsync(s => s with { State = KnownResourceStates.FailedToStart, StopTimeStamp = DateTime.UtcNow })
                .ConfigureAwait(false);
        }

        Notifications.TryGetCurrentState(Resource.Name, out var last);
        await orchestrator.Eventing.PublishAsync(new ResourceStoppedEvent(Resource, orchestrator.Services, last!), CancellationToken.None)
            .ConfigureAwait(false);
    }

    private async Task<ChildProcess> StartProcessAsync(CancellationToken cancellationToken)
    {
        var launch = await Launch.PrepareAsync(Resource, orchestrator.ExecutionContext, Logger, cancellationToken).ConfigureAwait(false);
        var child = ChildProcess.Start(
            launch.Command,
            launch.Arguments,
            launch.WorkingDirectory,
            launch.Environment,
            (line, isError) => orchestrator.Logs.Append(Resource.Name, line, isError));
        var pid = await child.ProcessId.ConfigureAwait(false);
        await UpdateAsync(s => s with
        {
            State = KnownResourceStates.Running,
            StartTimeStamp = DateTime.UtcNow,
            Properties =
            [
                new("executable.path", launch.Command),
                new("executable.workDir", launch.WorkingDirectory),
                new("executable.args", launch.Arguments.ToImmutableArray()),
                new("executable.pid", pid),
            ],
            Urls = [.. Resource.Annotations.OfType<EndpointAnnotation>()
                .Select(endpoint => new UrlSnapshot(endpoint.Name, endpoint.AllocatedEndpoint!.UriString, IsInternal: false))],
            HealthReports = [.. HealthKeys().Select(key => new HealthReportSnapshot(key, null, null, null))],
        }).ConfigureAwait(false);
        return child;
    }

    private async Task WatchAsync(ChildProcess child, CancellationToken stopping)
    {
        using var ended = new CancellationTokenSource();
        var health = WatchHealthAsync(ended.Token);
        await Task.WhenAny(child.Exited, Task.Delay(Timeout.Infinite, stopping)).ConfigureAwait(false);
        var asked = !child.Exited.IsCompleted;
        await ended.CancelAsync().ConfigureAwait(false);
        await health.ConfigureAwait(false);
        if (asked)
        {
            await UpdateAsync(s => s with { State = KnownResourceStates.Stopping }).ConfigureAwait(false);
            await child.StopAsync().ConfigureAwait(false);
        }

        var code = await child.Exited.ConfigureAwait(false);
        if (!asked && code != 0)
            Logger.LogError("Resource '{Name}' ended with exit code {Code}.", Resource.Name, code);
        await UpdateAsync(s => s with
        {
            State = asked ? KnownResourceStates.Exited : KnownResourceStates.Finished,
            ExitCode = code,
            StopTimeStamp = DateTime.UtcNow,
        }).ConfigureAwait(false);
    }

    private string[] HealthKeys() => [.. Resource.Annotations.OfType<HealthCheckAnnotation>().Select(a => a.Key).Distinct()];

    private async Task WatchHealthAsync(CancellationToken ended)
    {
        var keys = HealthKeys();
        var ready = false;
        try
        {
            while (true)
            {
                var healthy = keys.Length == 0 || await CheckAsync(keys, ended).ConfigureAwait(false);
                if (healthy && !ready)
                {
                    ready = true;
                    var announced = orchestrator.Eventing.PublishAsync(new ResourceReadyEvent(Resource, orchestrator.Services), ended);
                    await UpdateAsync(s => s with { ReadyEvent = announced }).ConfigureAwait(false);
                    await announced.ConfigureAwait(false);
                }

                if (keys.Length == 0)
                    return;
                await Task.Delay(healthy ? WhileHealthy : UntilHealthy, ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The process has ended, and with it the watch.
        }
    }

    private async Task<bool> CheckAsync(string[] keys, CancellationToken cancellationToken)
    {
        var service = orchestrator.Services.GetRequiredService<HealthCheckService>();
        var report = await service.CheckHealthAsync(check => keys.Contains(check.Name), cancellationToken).ConfigureAwait(false);
        var unknown = keys.Except(report.Entries.Keys).FirstOrDefault();
        if (unknown is not null)
            throw new DistributedApplicationException($"The health check '{unknown}' is not registered.");
        await UpdateAsync(s => s with
        {
            HealthReports = [.. report.Entries.Select(entry => new HealthReportSnapshot(
                entry.Key, entry.Value.Status, entry.Value.Description, entry.Value.Exception?.ToString())
            {
                LastRunAt = DateTime.UtcNow,
            })],
        }).ConfigureAwait(false);
        return report.Status == HealthStatus.Healthy;
    }

    private Task UpdateAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        Notifications.PublishUpdateAsync(Resource, change);
}
