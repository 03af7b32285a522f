using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts every resource, each as soon as what it waits for is there, and stops them in the opposite order.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model,
    IDistributedApplicationEventing eventing,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    DistributedApplicationExecutionContext executionContext,
    IServiceProvider services) : IHostedService, IAsyncDisposable
{
    private readonly Dictionary<string, ResourceRunner> _runners = new(StringComparer.OrdinalIgnoreCase);

    public IDistributedApplicationEventing Eventing => eventing;

    public ResourceNotificationService Notifications => notifications;

    public ResourceLoggerService Logs => logs;

    public DistributedApplicationExecutionContext ExecutionContext => executionContext;

    public IServiceProvider Services => services;

    public ResourceRunner? Find(string name) => _runners.GetValueOrDefault(name);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (executionContext.IsPublishMode)
            return;
        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken).ConfigureAwait(false);
        CheckForCycles();
        foreach (var resource in model.Resources.Where(r => r is ExecutableResource or ProjectResource))
        {
            _runners.Add(resource.Name, new ResourceRunner(resource, this));
            await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.NotStarted }).ConfigureAwait(false);
        }

        await AllocateEndpointsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var resource in model.Resources.Where(r => !_runners.ContainsKey(r.Name)))
            await ResolveAsync(resource, cancellationToken).ConfigureAwait(false);
        foreach (var runner in _runners.Values.Where(r => !r.Resource.HasAnnotationOfType<ExplicitStartupAnnotation>()))
            runner.Start();
        await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        var stops = new Dictionary<IResource, Task>();
        return Task.WhenAll(_runners.Values.Select(runner => StopAfterDependents(runner.Resource)).ToArray());

        Task StopAfterDependents(IResource resource)
        {
            if (stops.TryGetValue(resource, out var known))
                return known;
            var dependents = _runners.Values.Select(r => r.Resource)
                .Where(other => other.Annotations.OfType<WaitAnnotation>().Any(wait => wait.Resource == resource))
                .Select(StopAfterDependents).ToArray();
            return stops[resource] = StopAsync(dependents, _runners[resource.Name]);
        }

        async Task StopAsync(Task[] dependents, ResourceRunner runner)
        {
            await Task.WhenAll(dependents).ConfigureAwait(false);
            await runner.StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A start that failed half-way is followed by no stop.</summary>
    public ValueTask DisposeAsync() => new(StopAsync(CancellationToken.None));

    /// <summary>Resources without a process are there as soon as their value is.</summary>
    private async Task ResolveAsync(IResource resource, CancellationToken cancellationToken)
    {
        var state = KnownResourceStates.Running;
        if (resource is ParameterResource parameter)
        {
            try
            {
                await parameter.GetValueAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (MissingParameterValueException)
            {
                state = "ValueMissing";
            }
        }

        await notifications.PublishUpdateAsync(resource, s => s with { State = state, ReadyEvent = Task.CompletedTask }).ConfigureAwait(false);
    }

    private async Task AllocateEndpointsAsync(CancellationToken cancellationToken)
    {
        foreach (var resource in _runners.Values.Select(r => r.Resource).OfType<IResourceWithEndpoints>())
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
                Ports.Allocate(resource, endpoint);
            await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken).ConfigureAwait(false);
        }
    }

    private void CheckForCycles()
    {
        var done = new HashSet<IResource>();
        foreach (var resource in model.Resources)
            Visit(resource, []);

        void Visit(IResource resource, List<IResource> path)
        {
            if (done.Contains(resource))
                return;
            if (path.Contains(resource))
            {
                throw new DistributedApplicationException(
                    $"Resources wait for each other: {string.Join(" -> ", path.Append(resource).Select(r => r.Name))}.");
            }

            foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
                Visit(wait.Resource, [.. path, resource]);
            done.Add(resource);
        }
    }
}
