using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>Starts an AppHost, or a model of the test's own, inside the test.</summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>An empty model.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args) =>
        new OwnModel(new DistributedApplicationBuilder(new DistributedApplicationOptions
        {
            Args = args,
            AssemblyName = Assembly.GetCallingAssembly().GetName().Name,
        }));

    /// <summary>The model that the entry point of <typeparamref name="TEntryPoint"/>'s assembly makes; what it does after Build runs when the test starts the application.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class =>
        CreateAsync(typeof(TEntryPoint), [], cancellationToken);

    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class =>
        CreateAsync(typeof(TEntryPoint), args, cancellationToken);

    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint, string[] args, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, args, (_, _) => { }, cancellationToken);

    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync(
        Type entryPoint,
        string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default)
    {
        var run = EntryPointRun.Start(entryPoint.Assembly, args, configureBuilder);
        return new InterceptedModel(run, await run.Builder.WaitAsync(cancellationToken).ConfigureAwait(false));
    }

    private abstract class Model(DistributedApplicationBuilder inner) : IDistributedApplicationTestingBuilder
    {
        public ConfigurationManager Configuration => inner.Configuration;

        public string AppHostDirectory => inner.AppHostDirectory;

        public Assembly? AppHostAssembly => inner.AppHostAssembly;

        public IHostEnvironment Environment => inner.Environment;

        public IServiceCollection Services => inner.Services;

        public IDistributedApplicationEventing Eventing => inner.Eventing;

        public DistributedApplicationExecutionContext ExecutionContext => inner.ExecutionContext;

        public IResourceCollection Resources => inner.Resources;

        public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource => inner.AddResource(resource);

        public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => inner.CreateResourceBuilder(resource);

        public DistributedApplication Build() => BuildAsync().GetAwaiter().GetResult();

        public abstract Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);

        public abstract ValueTask DisposeAsync();

        public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private sealed class OwnModel(DistributedApplicationBuilder inner) : Model(inner)
    {
        private readonly DistributedApplicationBuilder _inner = inner;
        private DistributedApplication? _built;

        public override Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) =>
            Task.FromResult(_built = new StoppingApplication(_inner.Build()));

        public override ValueTask DisposeAsync() => _built?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private sealed class InterceptedModel(EntryPointRun run, DistributedApplicationBuilder inner) : Model(inner)
    {
        public override async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) =>
            new InterceptedApplication(run, await run.BuildAsync(cancellationToken).ConfigureAwait(false));

        public override ValueTask DisposeAsync() => run.DisposeAsync();
    }

    /// <summary>Stops before it is disposed, so that a test that fails leaves nothing running.</summary>
    private sealed class StoppingApplication(DistributedApplication inner) : DistributedApplication(inner)
    {
        private bool _isDisposed;

        public override async ValueTask DisposeAsync()
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            await StopAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }

        public override void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private sealed class InterceptedApplication(EntryPointRun run, DistributedApplication inner) : DistributedApplication(inner)
    {
        public override Task StartAsync(CancellationToken cancellationToken = default) => run.StartAsync(cancellationToken);

        public override Task StopAsync(CancellationToken cancellationToken = default) => run.StopAsync(cancellationToken);

        public override ValueTask DisposeAsync() => run.DisposeAsync();

        public override void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
