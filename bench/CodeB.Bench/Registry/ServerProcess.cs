using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CodeB.Testing;
using CodeB.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace CodeB.Bench.Registry;

/// <summary>The real CodeB server as a process of its own, with one sshd as its only server.</summary>
internal sealed class ServerProcess(string control, SshdFixture sshd) : IAsyncDisposable
{
    private static readonly string Program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../CodeB.Server/release/CodeB.Server.dll"));

    private readonly string _data = Directory.CreateTempSubdirectory("codeb-bench-").FullName;
    private Process? _process;
    private GrpcChannel? _channel;

    public ProjectService.ProjectServiceClient Projects => new(_channel);

    public SlotService.SlotServiceClient Slots => new(_channel);

    public StatusService.StatusServiceClient Status => new(_channel);

    public async Task StartAsync()
    {
        if (!File.Exists(Program))
            throw new InvalidOperationException($"{Program} is missing; build it first (./codeb up builds everything)");
        var (grpc, http) = (FreePort(), FreePort());
        var start = new ProcessStartInfo("dotnet", [Program]) { WorkingDirectory = Path.GetDirectoryName(Program), RedirectStandardOutput = true };
        foreach (var (name, value) in Settings(grpc, http))
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{grpc}", new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { UseProxy = false } });
        await Eventually.HoldsAsync("the server answers", AnswersAsync, TimeSpan.FromSeconds(60));
    }

    public async Task StopAsync()
    {
        _channel?.Dispose();
        _channel = null;
        if (_process is not { } process)
            return;
        _process = null;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_data, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"the server ended with {_process.ExitCode}");
        try
        {
            var servers = await new ServerService.ServerServiceClient(_channel).ListServersAsync(new ListServersRequest());
            return servers.Servers.Count == 1;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private IEnumerable<(string Name, string Value)> Settings(int grpc, int http) =>
    [
        ("DOTNET_ENVIRONMENT", "Production"),
        ("Logging__LogLevel__Default", "Warning"),
        ("Kestrel__Endpoints__grpc__Url", $"http://127.0.0.1:{grpc}"),
        ("Kestrel__Endpoints__http__Url", $"http://127.0.0.1:{http}"),
        ("ConnectionStrings__control", control),
        ("CodeB__DataDirectory", _data),
        ("Delivery__Tls", "None"),
        ("Fleet__IdentityFile", sshd.Endpoint.IdentityFile!),
        ("Fleet__Servers__app__Address", sshd.Endpoint.Address),
        ("Fleet__Servers__app__Port", $"{sshd.Port}"),
        ("Fleet__Servers__app__Role", "Application"),
        ("Fleet__Servers__app__HostKey", sshd.Endpoint.HostKey),
    ];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
