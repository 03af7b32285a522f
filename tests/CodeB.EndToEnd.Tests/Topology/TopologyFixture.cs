using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

[assembly: AssemblyFixture(typeof(CodeB.EndToEnd.Tests.Topology.TopologyFixture))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace CodeB.EndToEnd.Tests.Topology;

/// <summary>The AppHost's four servers, started once for all tests of this program; a test class takes it in its constructor.</summary>
public sealed class TopologyFixture : IAsyncLifetime
{
    private static readonly string[] Names = ["app", "streaming", "storage", "backup"];

    private RunningTopology? _running;

    /// <summary>The servers' names, which are their roles.</summary>
    public static IReadOnlyList<string> Servers => Names;

    public DistributedApplication App => Running.App;

    /// <summary>The topology's number N: its network is 198.18.N.0/24, its files are in /var/lib/codeb/topology/N.</summary>
    public int Number => Running.Number;

    /// <summary>The private key that every server lets in as root.</summary>
    public string IdentityFile => Running.IdentityFile;

    private RunningTopology Running => _running ?? throw new InvalidOperationException("The topology is not started.");

    public static string AddressOf(int number, string server) =>
        $"198.18.{number}.{11 + Array.IndexOf(Names, server)}";

    public async ValueTask InitializeAsync() => _running = await RunningTopology.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
            await _running.DisposeAsync();
    }

    public string AddressOf(string server) => AddressOf(Number, server);

    /// <summary>Runs a command on a server over ssh.</summary>
    public Task<Shell.Result> SshAsync(string server, string command) => Running.SshAsync(server, command);

    /// <summary>Does to a server what <c>server.sh</c> can: cut, heal, power-off, power-on, fill, drain.</summary>
    public Task DoToAsync(string server, string what) => Running.DoToAsync(server, what);

    /// <summary>Waits until the CodeB server is healthy; its gRPC address (HTTP/2 without TLS).</summary>
    public async Task<Uri> GrpcAsync()
    {
        await HealthyAsync("codeb");
        return App.GetEndpoint("codeb", "grpc");
    }

    /// <summary>Waits until the CodeB server is healthy; the address of its status page.</summary>
    public async Task<Uri> HttpAsync()
    {
        await HealthyAsync("codeb");
        return App.GetEndpoint("codeb", "http");
    }

    /// <summary>Waits until the sample application's images are loaded where containers run.</summary>
    public async Task ImagesAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await App.ResourceNotifications.WaitForResourceAsync("images", e => e.Snapshot.ExitCode is not null, limit.Token);
        Assert.True(App.ResourceNotifications.TryGetCurrentState("images", out var state));
        Assert.Equal(0, state!.Snapshot.ExitCode);
    }

    /// <summary>kill -9 of the CodeB server's process; <see cref="StartCodeBAsync"/> brings it back.</summary>
    public async Task KillCodeBAsync()
    {
        Assert.True(App.ResourceNotifications.TryGetCurrentState("codeb", out var state));
        var pid = state!.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value;
        await Shell.RunAsync("kill", "-9", $"{pid}");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await App.ResourceNotifications.WaitForResourceAsync("codeb", KnownResourceStates.TerminalStates, limit.Token);
    }

    public async Task StartCodeBAsync()
    {
        var result = await App.ResourceCommands.ExecuteCommandAsync("codeb", KnownResourceCommands.StartCommand);
        Assert.True(result.Success, result.ErrorMessage);
        await HealthyAsync("codeb");
    }

    private async Task HealthyAsync(string resource)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await App.ResourceNotifications.WaitForResourceHealthyAsync(resource, limit.Token);
    }
}
