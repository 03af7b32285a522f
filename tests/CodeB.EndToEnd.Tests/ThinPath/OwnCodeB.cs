using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Testing;
using CodeB.EndToEnd.Tests.Topology;
using Npgsql;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>
/// A control plane of a test's own over the topology's servers, with its own state and keys: it is started, killed and started
/// again as often as a test needs. Its projects are in an environment of their own, so that the ports which two control planes
/// allot never meet.
/// </summary>
internal sealed class OwnCodeB : IAsyncDisposable
{
    private static readonly string ServerProgram =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../CodeB.Server/release/CodeB.Server.dll"));

    private readonly TopologyFixture _topology;
    private readonly string _control;
    private readonly string _dataDirectory = Path.Combine(Path.GetTempPath(), $"codeb-e2e-{Guid.NewGuid():N}");
    private CodeBProcess? _process;

    private OwnCodeB(TopologyFixture topology, string control)
    {
        _topology = topology;
        _control = control;
    }

    public Api Api => _process?.Api ?? throw new InvalidOperationException("This CodeB is not running.");

    public bool IsRunning => _process is not null;

    public CodeBProcess Process => _process ?? throw new InvalidOperationException("This CodeB is not running.");

    public static async Task<OwnCodeB> CreateAsync(TopologyFixture topology, string name)
    {
        var database = new NpgsqlConnectionStringBuilder(await topology.App.GetConnectionStringAsync("control"));
        // The role codeb may not make databases; the cluster's own account may, over the socket.
        var made = await Shell.RunAsync(
            "runuser", "-u", "postgres", "--", "psql", "-h", $"/var/lib/codeb/topology/{topology.Number}/control", "postgres",
            "-c", $"CREATE DATABASE {name} OWNER codeb");
        Assert.True(made.Code == 0, made.Errors);
        database.Database = name;
        return new OwnCodeB(topology, database.ConnectionString);
    }

    /// <summary>Starts it and waits until it is healthy.</summary>
    /// <param name="settings">Besides those that the AppHost gives, such as <c>Faults__KillAt=deploy/record/before-do</c>.</param>
    public async Task<Api> StartAsync(params string[] settings)
    {
        if (_process is not null)
            throw new InvalidOperationException("This CodeB is running already.");
        var start = new ProcessStartInfo("dotnet", [ServerProgram]) { WorkingDirectory = Path.GetDirectoryName(ServerProgram) };
        var (grpc, http) = FreePorts();
        foreach (var (key, value) in Settings(grpc, http).Concat(settings.Select(s => s.Split('=', 2)).Select(s => (s[0], s[1]))))
            start.Environment[key] = value;
        _process = await CodeBProcess.StartAsync(start, grpc, http);
        return _process.Api;
    }

    public async Task KillAsync()
    {
        await Process.KillAsync();
        Forget();
    }

    /// <summary>Waits until it has ended by its own fault point.</summary>
    public async Task KilledAsync(string point)
    {
        await Process.KilledAsync(point);
        Forget();
    }

    public async Task StopAsync()
    {
        await Process.StopAsync();
        Forget();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await StopAsync();
        if (Directory.Exists(_dataDirectory))
            Directory.Delete(_dataDirectory, recursive: true);
    }

    private void Forget()
    {
        _process?.Dispose();
        _process = null;
    }

    private IEnumerable<(string Key, string Value)> Settings(int grpc, int http)
    {
        yield return ("DOTNET_ENVIRONMENT", "Development");
        yield return ("ASPNETCORE_ENVIRONMENT", "Development");
        yield return ("Kestrel__Endpoints__grpc__Url", $"http://127.0.0.1:{grpc}");
        yield return ("Kestrel__Endpoints__grpc__Protocols", "Http2");
        yield return ("Kestrel__Endpoints__http__Url", $"http://127.0.0.1:{http}");
        yield return ("Kestrel__Endpoints__http__Protocols", "Http1");
        yield return ("ConnectionStrings__control", _control);
        yield return ("CodeB__DataDirectory", _dataDirectory);
        yield return ("Delivery__Tls", "Internal");
        yield return ("Delivery__RedirectToHttps", "false");
        yield return ("Delivery__Watch", "00:00:01");
        yield return ("Delivery__HealthTimeout", "00:00:30");
        yield return ("Fleet__IdentityFile", _topology.IdentityFile);
        foreach (var server in TopologyFixture.Servers)
        {
            var role = server switch { "app" => "Application", "storage" => "Database", _ => server };
            yield return ($"Fleet__Servers__{server}__Address", _topology.AddressOf(server));
            yield return ($"Fleet__Servers__{server}__Role", role);
            yield return ($"Fleet__Servers__{server}__HostKey", HostKey(_topology, server));
        }
    }

    /// <summary>A server's public host key, as the topology made it.</summary>
    public static string HostKey(TopologyFixture topology, string server) => string.Join(
        ' ', File.ReadAllText($"/var/lib/codeb/topology/{topology.Number}/{server}/host_key.pub").Split(' ').Take(2));

    private static (int Grpc, int Http) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }
}
