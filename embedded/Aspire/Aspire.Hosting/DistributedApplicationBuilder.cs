using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Publishing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting;

public interface IDistributedApplicationBuilder
{
    ConfigurationManager Configuration { get; }

    /// <summary>The AppHost project's folder; relative working directories start from it.</summary>
    string AppHostDirectory { get; }

    Assembly? AppHostAssembly { get; }

    IHostEnvironment Environment { get; }

    IServiceCollection Services { get; }

    IDistributedApplicationEventing Eventing { get; }

    DistributedApplicationExecutionContext ExecutionContext { get; }

    IResourceCollection Resources { get; }

    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;

    DistributedApplication Build();
}

public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private static readonly Dictionary<string, string> Switches = new()
    {
        ["--operation"] = "AppHost:Operation",
        ["--publisher"] = "Publishing:Publisher",
        ["--output-path"] = "Publishing:OutputPath",
    };

    private readonly HostApplicationBuilder _host;
    private readonly EntryPointInterception? _interception = EntryPointInterception.Current;
    private bool _isBuilt;

    public DistributedApplicationBuilder(string[] args)
        : this(new DistributedApplicationOptions { Args = args })
    {
    }

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var settings = new HostApplicationBuilderSettings();
        _interception?.Configure(options, settings);
        AppHostAssembly = options.AssemblyName is { } name ? Assembly.Load(name) : _interception?.Assembly ?? Assembly.GetEntryAssembly();
        AppHostDirectory = Metadata("apphostprojectpath") is { } path && Directory.Exists(path) ? path : Directory.GetCurrentDirectory();
        settings.ApplicationName ??= AppHostAssembly?.GetName().Name;
        settings.ContentRootPath ??= AppHostDirectory;
        _host = Host.CreateApplicationBuilder(settings);
        _host.Configuration.AddCommandLine(options.Args ?? [], Switches);
        ExecutionContext = new(ReadOperation());
        AddServices();
        _interception?.Created(this);
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IResourceCollection Resources { get; } = new ResourceCollection();

    /// <exception cref="DistributedApplicationException">There is a resource of that name already.</exception>
    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (Resources.FirstOrDefault(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)) is { } same)
        {
            throw new DistributedApplicationException(
                $"Cannot add resource of type '{resource.GetType()}' with name '{resource.Name}' because resource of type "
                + $"'{same.GetType()}' with that name already exists. Resource names are case-insensitive.");
        }

        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        if (_isBuilt)
            throw new InvalidOperationException("Build can only be called once.");
        _isBuilt = true;
        _interception?.BeforeBuild(this);
        var application = new DistributedApplication(_host.Build());
        _interception?.Built(application);
        return application;
    }

    private void AddServices()
    {
        Services.AddHealthChecks();
        // A resource is unhealthy many times while it starts; its reports say so, the log need not.
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(Eventing);
        Services.AddSingleton(_ => new DistributedApplicationModel(Resources));
        Services.AddSingleton(services => new ResourceNotificationService(services.GetRequiredService<IOptions<ResourceNotificationServiceOptions>>()));
        Services.AddSingleton(services => new ResourceLoggerService
        {
            Forward = name => services.GetRequiredService<ILoggerFactory>().CreateLogger($"{Environment.ApplicationName}.Resources.{name}"),
        });
        Services.AddSingleton<Orchestrator>();
        Services.AddSingleton(services => new ResourceCommandService(services.GetRequiredService<Orchestrator>()));
        Services.AddSingleton<ManifestPublisher>();
        Services.AddHostedService(services => services.GetRequiredService<Orchestrator>());
        // Every resource has its own limit to stop within, and they stop one after the other.
        Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMinutes(2));
    }

    private DistributedApplicationOperation ReadOperation()
    {
        var publisher = Configuration["Publishing:Publisher"];
        var operation = Configuration["AppHost:Operation"] ?? (publisher is null ? "run" : "publish");
        return operation.ToLowerInvariant() switch
        {
            "run" => DistributedApplicationOperation.Run,
            "publish" when publisher is "manifest" => DistributedApplicationOperation.Publish,
            "publish" => throw new DistributedApplicationException($"The publisher '{publisher}' is not known; there is 'manifest'."),
            _ => throw new DistributedApplicationException($"The operation '{operation}' is not known; there are 'run' and 'publish'."),
        };
    }

    private string? Metadata(string key) => AppHostAssembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(a => string.Equals(a.Key, key, StringComparison.OrdinalIgnoreCase))?.Value;

    private sealed class ResourceBuilder<T>(IDistributedApplicationBuilder builder, T resource) : IResourceBuilder<T> where T : IResource
    {
        public IDistributedApplicationBuilder ApplicationBuilder => builder;

        public T Resource => resource;

        public IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation, ResourceAnnotationMutationBehavior behavior)
            where TAnnotation : IResourceAnnotation
        {
            ArgumentNullException.ThrowIfNull(annotation);
            if (behavior == ResourceAnnotationMutationBehavior.Replace)
            {
                foreach (var old in Resource.Annotations.OfType<TAnnotation>().ToArray())
                    Resource.Annotations.Remove(old);
            }

            Resource.Annotations.Add(annotation);
            return this;
        }
    }
}
