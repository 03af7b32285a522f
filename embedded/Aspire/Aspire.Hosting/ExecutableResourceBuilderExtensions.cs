using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class ExecutableResourceBuilderExtensions
{
    /// <summary>Adds a program. A relative working directory starts from the AppHost's folder.</summary>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args) =>
        builder.AddResource(new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory)))
            .WithArgs(args ?? []);

    public static IResourceBuilder<T> WithWorkingDirectory<T>(this IResourceBuilder<T> builder, string workingDirectory)
        where T : ExecutableResource
    {
        builder.Resource.Annotations.OfType<ExecutableAnnotation>().Last().WorkingDirectory =
            Path.GetFullPath(workingDirectory, builder.ApplicationBuilder.AppHostDirectory);
        return builder;
    }
}

public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project that the AppHost references; its program is the one the build made.</summary>
    /// <exception cref="DistributedApplicationException">
    /// The project has launch profiles or endpoints in Kestrel's configuration, which this stack does not read.
    /// </exception>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, _ => { });

    /// <inheritdoc cref="AddProject{TProject}(IDistributedApplicationBuilder, string)"/>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new()
    {
        var metadata = new TProject();
        var options = new ProjectResourceOptions();
        configure(options);
        options.RefuseWhatIsNotRead(metadata.ProjectPath);

        var project = new ProjectResource(name);
        IEnumerable<Func<EndpointAnnotation, bool>> Filters() =>
            project.Annotations.OfType<EndpointFilterAnnotation>().Select(annotation => annotation.Filter);
        return builder.AddResource(project)
            .WithAnnotation<IProjectMetadata>(metadata)
            .WithEnvironment(context =>
            {
                var urls = ((IResourceWithEndpoints)context.Resource).GetEndpoints()
                    .Where(endpoint => endpoint.IsHttp || endpoint.IsHttps)
                    .Where(endpoint => Filters().All(filter => filter(endpoint.EndpointAnnotation)))
                    .ToArray();
                if (urls.Length == 0)
                    return;
                if (context.ExecutionContext.IsPublishMode)
                {
                    context.EnvironmentVariables["HTTP_PORTS"] =
                        string.Join(';', urls.Select(url => url.Property(EndpointProperty.TargetPort).ValueExpression));
                    return;
                }

                context.EnvironmentVariables["ASPNETCORE_URLS"] = string.Join(
                    ';', urls.Select(url => $"{url.Scheme}://{url.EndpointAnnotation.TargetHost}:{url.TargetPort}"));
            });
    }

    /// <summary>Only the endpoints that pass the filter go into ASPNETCORE_URLS.</summary>
    public static IResourceBuilder<ProjectResource> WithEndpointsInEnvironment(
        this IResourceBuilder<ProjectResource> builder, Func<EndpointAnnotation, bool> filter) =>
        builder.WithAnnotation(new EndpointFilterAnnotation(filter));

    private sealed record EndpointFilterAnnotation(Func<EndpointAnnotation, bool> Filter) : IResourceAnnotation;
}
