using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using CodeB.AppHost.ControlDatabase;
using CodeB.AppHost.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CodeB.AppHost.Topology;

/// <summary>Tells where everything is, once it is there: on the console and in the file that CODEB_TOPOLOGY_FILE names.</summary>
public static class TopologyFileExtensions
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// With CODEB_TOPOLOGY_FILE set, as <c>./codeb up</c> does, writes addresses and paths there (mode 0600) as soon as the
    /// service is healthy, prints them, and takes the file away when the application stops.
    /// </summary>
    public static IResourceBuilder<ProjectResource> AnnouncedTo(
        this IResourceBuilder<ProjectResource> codeb,
        IResourceBuilder<ParameterResource> topology,
        IResourceBuilder<ExecutableResource>? dashboard)
    {
        if (codeb.ApplicationBuilder.Configuration["CODEB_TOPOLOGY_FILE"] is not { Length: > 0 } path)
            return codeb;
        var isUp = false;
        codeb.ApplicationBuilder.Eventing.Subscribe<ResourceStoppedEvent>(async (stopped, cancellationToken) =>
        {
            var lifetime = stopped.Services.GetRequiredService<IHostApplicationLifetime>();
            var isDone = stopped.ResourceEvent.Snapshot.ExitCode == 0 && stopped.Resource != codeb.Resource;
            if (isDone || lifetime.ApplicationStopping.IsCancellationRequested)
                return;
            await ReportAsync(stopped, cancellationToken);
            if (Volatile.Read(ref isUp))
                return;
            // Before everything was up once, nothing that stays would be of use.
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        });
        return codeb.OnResourceReady(async (_, ready, cancellationToken) =>
        {
            var model = ready.Services.GetRequiredService<DistributedApplicationModel>();
            var number = await topology.Resource.GetValueAsync(cancellationToken);
            var servers = new SortedDictionary<string, string>();
            foreach (var server in model.Resources.OfType<ServerResource>())
                servers[server.Name] = (await server.Address.GetValueAsync(cancellationToken))!;
            var control = model.Resources.OfType<ControlDatabaseResource>().Single();
            var place = new Place(
                int.Parse(number!, CultureInfo.InvariantCulture),
                codeb.GetEndpoint("grpc").Url,
                codeb.GetEndpoint("http").Url,
                dashboard?.GetEndpoint("http").Url,
                servers,
                $"/var/lib/codeb/topology/{number}/id_ed25519",
                await control.ConnectionStringExpression.GetValueAsync(cancellationToken));
            Write(path, place);
            ready.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(() => File.Delete(path));
            Print(place);
            Volatile.Write(ref isUp, true);
        });
    }

    private static void Write(string path, Place place)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        JsonSerializer.Serialize(file, place, Json);
    }

    private static async Task ReportAsync(ResourceStoppedEvent stopped, CancellationToken cancellationToken)
    {
        var snapshot = stopped.ResourceEvent.Snapshot;
        await Console.Error.WriteLineAsync($"{stopped.Resource.Name}: {snapshot.State?.Text}, exit code {snapshot.ExitCode}. Its last lines:");
        var logs = stopped.Services.GetRequiredService<ResourceLoggerService>();
        await foreach (var batch in logs.GetAllAsync(stopped.ResourceEvent.ResourceId).WithCancellation(cancellationToken))
        {
            foreach (var line in batch.TakeLast(15))
                await Console.Error.WriteLineAsync($"  | {line.Content}");
        }
    }

    private static void Print(Place place)
    {
        Console.WriteLine($"CodeB is up (topology {place.Number}).");
        Console.WriteLine($"  gRPC        {place.Grpc}   (./codeb we … finds it)");
        Console.WriteLine($"  status      {place.Http}");
        if (place.Dashboard is not null)
            Console.WriteLine($"  dashboard   {place.Dashboard}");
        foreach (var (name, address) in place.Servers)
            Console.WriteLine($"  {name,-10}  ssh -i {place.IdentityFile} root@{address}");
        Console.WriteLine("Ctrl-C ends it and leaves nothing behind.");
    }

    private sealed record Place(
        int Number,
        string Grpc,
        string Http,
        string? Dashboard,
        IReadOnlyDictionary<string, string> Servers,
        string IdentityFile,
        string? ControlConnectionString);
}
