using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CodeB.Delivery.Traffic;
using CodeB.Testing;

namespace CodeB.Delivery.Tests.Support;

/// <summary>A real Caddy with its own configuration, ports and folders, reached through a real sshd.</summary>
public sealed class CaddyFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("codeb-caddy-").FullName;
    private Process? _caddy;

    public SshdFixture Sshd { get; private set; } = null!;

    public TrafficSettings Settings { get; private set; } = null!;

    public string Folder => _folder;

    public async ValueTask InitializeAsync()
    {
        Sshd = await SshdFixture.StartAsync("app");
        Settings = new TrafficSettings
        {
            CaddyFile = $"{_folder}/Caddyfile",
            SitesDirectory = $"{_folder}/sites",
            EdgeDirectory = $"{_folder}/edge",
            OldGatesDirectory = $"{_folder}/gates",
            AdminAddress = $"127.0.0.1:{FreePort()}",
            HttpPort = FreePort(),
            HttpsPort = FreePort(),
            AskAddress = $"127.0.0.1:{FreePort()}",
            Tls = TlsMode.Internal,
            RedirectToHttps = false,
            ConfirmWithin = TimeSpan.FromSeconds(5),
        };
        Directory.CreateDirectory(Settings.SitesDirectory);
        await File.WriteAllTextAsync(Settings.CaddyFile,
            $$"""
            {
            	admin {{Settings.AdminAddress}}
            	http_port {{Settings.HttpPort}}
            	https_port {{Settings.HttpsPort}}
            	skip_install_trust
            	on_demand_tls {
            		ask {{EdgeFile.AskUrl(Settings)}}
            	}
            	log {
            		output file {{_folder}}/caddy.log
            		level WARN
            	}
            }
            http://other.test {
            	respond "the other site"
            }
            https://secure.test {
            	tls internal
            	respond "the other site over TLS"
            }
            https://intern.localhost {
            	respond "the site that no public authority knows"
            }
            import {{Settings.SitesDirectory}}/*.caddy

            """);
        await StartAsync();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public HttpClient Client(string host) => new(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{Settings.HttpPort}"),
        DefaultRequestHeaders = { Host = host },
        Timeout = TimeSpan.FromSeconds(20),
    };

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Sshd.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task StartAsync()
    {
        var start = new ProcessStartInfo("caddy", ["run", "--config", Settings.CaddyFile, "--adapter", "caddyfile"]) { RedirectStandardError = true };
        start.Environment["XDG_DATA_HOME"] = start.Environment["XDG_CONFIG_HOME"] = _folder;
        _caddy = Process.Start(start)!;
        _caddy.ErrorDataReceived += (_, _) => { };
        _caddy.BeginErrorReadLine();
        using var client = Client("other.test");
        await Eventually.HoldsAsync("Caddy answers", async () =>
        {
            try
            {
                return await client.GetStringAsync("/") == "the other site";
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    private async Task StopAsync()
    {
        if (_caddy is not { } caddy)
            return;
        caddy.Kill();
        await caddy.WaitForExitAsync();
        caddy.Dispose();
        _caddy = null;
    }
}
