using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using CodeB.AppHost.Servers;
using Demo.Steps;
using Microsoft.Extensions.DependencyInjection;

namespace Demo.Fleet;

/// <summary>The AppHost's topology, brought up for this run alone.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private static readonly TimeSpan HealthyWithin = TimeSpan.FromMinutes(1);

    // The images are built in here when the sample has changed.
    private static readonly TimeSpan ImagesWithin = TimeSpan.FromMinutes(4);

    private readonly Dictionary<string, ServerAccess> _servers = [];
    private DistributedApplication? _app;
    private IDistributedApplicationTestingBuilder? _builder;

    /// <summary>The part of the addresses and paths that tells this topology from others on the machine.</summary>
    public string Number { get; private set; } = "";

    /// <summary>Where CodeB's API listens.</summary>
    public Uri Grpc => App.GetEndpoint("codeb", "grpc");

    public ServerAccess Web => On("app");

    public ServerAccess Storage => On("storage");

    public ServerAccess Backup => On("backup");

    private DistributedApplication App => _app ?? throw new StepException("topology", "it is not up");

    /// <summary>Starts everything; returns when every server and CodeB are healthy.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(cancellationToken);
        _app = await _builder.BuildAsync(cancellationToken);
        var model = _app.Services.GetRequiredService<DistributedApplicationModel>();
        Number = await model.Resources.OfType<ParameterResource>().Single(resource => resource.Name == "topology")
            .GetValueAsync(cancellationToken) ?? "";
        await _app.StartAsync(cancellationToken);
        var servers = model.Resources.OfType<ServerResource>().ToList();
        await Task.WhenAll(servers.Select(server => HealthyAsync(server.Name, cancellationToken)));
        foreach (var server in servers)
        {
            _servers[server.Name] = new ServerAccess(
                server.Name,
                (await server.Address.GetValueAsync(cancellationToken))!,
                (await server.HostKey.GetValueAsync(cancellationToken))!,
                $"/var/lib/codeb/topology/{Number}/id_ed25519");
        }

        await HealthyAsync("codeb", cancellationToken);
    }

    /// <summary>Returns when the sample's images are loaded on the servers.</summary>
    public async Task ImagesAsync(CancellationToken cancellationToken)
    {
        using var limit = Limit(ImagesWithin, cancellationToken);
        await App.ResourceNotifications.WaitForResourceAsync("images", e => e.Snapshot.ExitCode is not null, limit.Token);
        App.ResourceNotifications.TryGetCurrentState("images", out var state);
        if (state?.Snapshot.ExitCode != 0)
            throw new StepException("images", $"exit code {state?.Snapshot.ExitCode}: {await LastWordsAsync("images")}");
    }

    /// <summary>Stops everything that was started. Nothing of it may be left.</summary>
    public async Task StopAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        if (_builder is not null)
            await _builder.DisposeAsync();
        (_app, _builder) = (null, null);
        string[] traces = Number.Length == 0 ? [] : [$"/var/lib/codeb/topology/{Number}", $"/sys/class/net/cb{Number}"];
        if (traces.FirstOrDefault(Directory.Exists) is { } left)
            throw new StepException("topology", $"{left} is still there");
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null || _builder is not null)
            await StopAsync();
    }

    private ServerAccess On(string name) => _servers.TryGetValue(name, out var server) ? server : throw new StepException(name, "is not up");

    private async Task HealthyAsync(string name, CancellationToken cancellationToken)
    {
        using var limit = Limit(HealthyWithin, cancellationToken);
        try
        {
            await App.ResourceNotifications.WaitForResourceHealthyAsync(name, limit.Token);
        }
        catch (Exception error) when (error is DistributedApplicationException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StepException(name, $"not healthy within {HealthyWithin.TotalSeconds:0} s: {await LastWordsAsync(name)}");
        }
    }

    private async Task<string> LastWordsAsync(string name)
    {
        var lines = new List<string>();
        await foreach (var part in App.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(name))
            lines.AddRange(part.Select(line => line.Content.Trim()));
        return lines.Count == 0 ? "it said nothing" : string.Join(" | ", lines.TakeLast(6));
    }

    private static CancellationTokenSource Limit(TimeSpan time, CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(time);
        return limit;
    }
}
