using CodeB.AppHost.Servers;

namespace CodeB.AppHost.Images;

public static class SampleImagesExtensions
{
    /// <summary>
    /// Builds the sample application's images and loads them into the servers' container engines, because no registry is
    /// asked for anything. The resource ends with exit code 0 when they are there.
    /// </summary>
    public static IResourceBuilder<ExecutableResource> AddSampleImages(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource> topology,
        params IResourceBuilder<ServerResource>[] servers)
    {
        var images = builder.AddExecutable(name, "./Images/sample-images.sh", ".").WithArgs(topology.Resource);
        foreach (var server in servers)
            images.WithArgs(server.Resource.Name).WaitFor(server);
        return images;
    }
}
