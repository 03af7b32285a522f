using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>What to run for a resource, with every value resolved.</summary>
internal sealed record Launch(
    string Command, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment)
{
    public static async Task<Launch> PrepareAsync(
        IResource resource, DistributedApplicationExecutionContext execution, ILogger logger, CancellationToken cancellationToken)
    {
        var arguments = new List<string>();
        foreach (var argument in await ArgumentsAsync(resource, execution, logger, cancellationToken).ConfigureAwait(false))
            arguments.Add(await ResolveAsync(argument, resource, execution, cancellationToken).ConfigureAwait(false) ?? "");
        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in await EnvironmentAsync(resource, execution, logger, cancellationToken).ConfigureAwait(false))
        {
            if (await ResolveAsync(value, resource, execution, cancellationToken).ConfigureAwait(false) is { } text)
                environment[name] = text;
        }

        if (resource.TryGetLastAnnotation<IProjectMetadata>(out var project))
        {
            return new(
                DotNet(),
                [TargetPath(project), .. arguments],
                Path.GetDirectoryName(project.ProjectPath)!,
                environment);
        }

        var executable = resource.Annotations.OfType<ExecutableAnnotation>().Last();
        return new(executable.Command, arguments, executable.WorkingDirectory, environment);
    }

    public static async Task<IList<object>> ArgumentsAsync(
        IResource resource, DistributedApplicationExecutionContext execution, ILogger logger, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancellationToken)
        {
            ExecutionContext = execution,
            Logger = logger,
        };
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
            await annotation.Callback(context).ConfigureAwait(false);
        return context.Args;
    }

    public static async Task<Dictionary<string, object>> EnvironmentAsync(
        IResource resource, DistributedApplicationExecutionContext execution, ILogger logger, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(execution, resource, cancellationToken: cancellationToken) { Logger = logger };
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
            await annotation.Callback(context).ConfigureAwait(false);
        return context.EnvironmentVariables;
    }

    private static async Task<string?> ResolveAsync(
        object value, IResource caller, DistributedApplicationExecutionContext execution, CancellationToken cancellationToken) => value switch
        {
            string text => text,
            IValueProvider provider => await provider
                .GetValueAsync(new ValueProviderContext { ExecutionContext = execution, Caller = caller }, cancellationToken).ConfigureAwait(false),
            IResourceBuilder<IResource> { Resource: IValueProvider provider } => await provider
                .GetValueAsync(new ValueProviderContext { ExecutionContext = execution, Caller = caller }, cancellationToken).ConfigureAwait(false),
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            _ => throw new DistributedApplicationException($"'{caller.Name}' has a value of the unsupported type '{value.GetType()}'."),
        };

    private static string DotNet()
    {
        if (System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host)
            return host;
        return Path.GetFileNameWithoutExtension(System.Environment.ProcessPath) == "dotnet" ? System.Environment.ProcessPath! : "dotnet";
    }

    /// <summary>The built program, which the build wrote into the generated metadata beside the project's path.</summary>
    private static string TargetPath(IProjectMetadata project)
    {
        var path = project.GetType().GetProperty("TargetPath")?.GetValue(project) as string
            ?? throw new DistributedApplicationException($"'{project.ProjectPath}' is not a ProjectReference of the AppHost.");
        return File.Exists(path) ? path : throw new FileNotFoundException($"'{path}' is not built.");
    }
}
