using System.Diagnostics;
using CodeB.EndToEnd.Tests.Topology;
using CodeB.V1;
using Google.Protobuf;
using Grpc.Core;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>What a deploy can do beside starting a version: bring its image along, find nothing to do, prepare the data.</summary>
public sealed class DeployTests(TopologyFixture topology)
{
    /// <summary>Where the AppHost has its sample images built.</summary>
    private static readonly string Images = Path.GetFullPath(Path.Join(AppContext.BaseDirectory, "../../../../images"));

    [Fact]
    public async Task An_image_comes_along_a_second_deploy_finds_nothing_to_do_and_a_failing_release_command_leaves_the_active_slot_serving()
    {
        using var api = new Api(await topology.GrpcAsync());
        var worb = new Worb(topology, "deploys", "production");
        await worb.CreateAsync(api);

        // The server has lost the image, as a new server has never had it.
        await worb.RunAsync("app", "podman untag localhost/guestbook:v2");
        var uploaded = await UploadAsync(api, worb, Path.Join(Images, "guestbook-v2.tar"));
        Assert.Equal("localhost/guestbook:v2", uploaded.Image);
        Assert.Equal("", await worb.RunAsync("app", "ls /opt/codeb/uploads"));
        await worb.DeployAsync(api, "v2");
        await worb.PromoteAsync(api);
        Assert.Equal("v2", await worb.SeenAsync());

        var before = await worb.ContainerAsync("blue");
        var again = await Api.EndAsync(api.Slots.Deploy(new DeployRequest
        {
            Project = worb.Name,
            Environment = worb.Environment,
            Version = "v2",
            Image = "localhost/guestbook:v2",
        }));
        Assert.Equal("true", again.Facts["unchanged"]);
        Assert.Equal(before, await worb.ContainerAsync("blue"));

        await SetReleaseAsync(api, worb, "/dotnet/dotnet", "/no/such.dll");
        var failed = await Api.RefusalAsync(() => worb.DeployAsync(api, "v1"));
        Assert.Contains("release command '/dotnet/dotnet /no/such.dll' ended with exit code", failed.Detail, StringComparison.Ordinal);
        Assert.Contains("/no/such.dll", failed.Detail[failed.Detail.IndexOf('\n', StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Equal("v2", await worb.SeenAsync());
        Assert.Equal("", await worb.RunAsync("app", "podman ps -a -q --filter label=codeb.release --filter label=codeb.project=deploys"));

        await SetReleaseAsync(api, worb, "/dotnet/dotnet", "--list-runtimes");
        var released = await worb.DeployAsync(api, "v1");
        Assert.Contains("Microsoft.NETCore.App", released.Steps.Single(step => step.Name == "release").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_is_cut_off_is_refused_and_leaves_nothing_on_the_server()
    {
        using var api = new Api(await topology.GrpcAsync());
        var worb = new Worb(topology, "cut-off", "production");
        await worb.CreateAsync(api);
        var images = await worb.RunAsync("app", "podman images -a -q | sort");

        var refused = await Api.RefusalAsync(() => UploadAsync(api, worb, Path.Join(Images, "guestbook-v2.tar"), bytes: 30_000_000));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("cut off", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(images, await worb.RunAsync("app", "podman images -a -q | sort"));
        Assert.Equal("", await worb.RunAsync("app", "ls /opt/codeb/uploads"));
    }

    /// <summary>Sends a file compressed with zstd, whole or its beginning.</summary>
    private static async Task<UploadImageResponse> UploadAsync(Api api, Worb worb, string file, long bytes = long.MaxValue)
    {
        using var zstd = Process.Start(new ProcessStartInfo("sh", ["-c", "head -c \"$1\" \"$0\" | zstd -1 -q -c", file, $"{Math.Min(bytes, new FileInfo(file).Length)}"])
        {
            RedirectStandardOutput = true,
        })!;
        using var call = api.Slots.UploadImage();
        var message = new UploadImageRequest { Project = worb.Name, Environment = worb.Environment };
        var buffer = new byte[256 * 1024];
        int read;
        while ((read = await zstd.StandardOutput.BaseStream.ReadAsync(buffer)) > 0)
        {
            message.Data = ByteString.CopyFrom(buffer, 0, read);
            await call.RequestStream.WriteAsync(message);
            message = new UploadImageRequest();
        }

        await zstd.WaitForExitAsync();
        await call.RequestStream.CompleteAsync();
        return await call.ResponseAsync;
    }

    private static Task SetReleaseAsync(Api api, Worb worb, params string[] command) => api.Projects.UpdateProjectAsync(new UpdateProjectRequest
    {
        Name = worb.Name,
        Container = new ContainerSettings { ReleaseCommand = { command } },
    }).ResponseAsync;
}
