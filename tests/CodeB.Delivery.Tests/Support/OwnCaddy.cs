using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CodeB.Delivery.Traffic;
using CodeB.Testing;

namespace CodeB.Delivery.Tests.Support;

/// <summary>A real Caddy with its own configuration, ports and folders, reached through a real sshd.</summary>
public sealed class OwnCaddy : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("codeb-caddy-").FullName;
    private Process? _caddy;

    private OwnCaddy(SshdFixture sshd)
    {
        Sshd = sshd;
        Settings = new TrafficSettings
        {
            CaddyFile = $"{_folder}/Caddyfile",
            SitesDirectory = $"{_folder}/sites",
            EdgeDirectory = $"{_folder}/edge",
            OldGatesDirectory = $"{_folder}/gates",
            AdminAddress = $"127.0.0.1:{FreePort.Take()}",
            HttpPort = FreePort.Take(),
            HttpsPort = FreePort.Take(),
            AskAddress = $"127.0.0.1:{FreePort.Take()}",
            Tls = TlsMode.Internal,
            RedirectToHttps = false,
            ConfirmWithin = TimeSpan.FromSeconds(5),
        };
        GlobalOptions = $$"""
            on_demand_tls {
            	ask {{EdgeFile.AskUrl(Settings)}}
            }
            """;
        Sites = $"import {Settings.SitesDirectory}/*.caddy";
    }

    public SshdFixture Sshd { get; }

    public TrafficSettings Settings { get; private set; }

    public string Folder => _folder;

    /// <summary>What the user's Caddyfile says for all sites.</summary>
    public string GlobalOptions { get; set; }

    /// <summary>What the user's Caddyfile says besides its named sites.</summary>
    public string Sites { get; set; }

    /// <summary>Caddy's own root certificate, made when it first signs.</summary>
    public string RootCertificate => $"{_folder}/caddy/pki/authorities/local/root.crt";

    public static async Task<OwnCaddy> StartAsync(Action<OwnCaddy>? prepare = null, Func<TrafficSettings, TrafficSettings>? change = null)
    {
        var caddy = new OwnCaddy(await SshdFixture.StartAsync("app"));
        caddy.Settings = change?.Invoke(caddy.Settings) ?? caddy.Settings;
        prepare?.Invoke(caddy);
        Directory.CreateDirectory(caddy.Settings.SitesDirectory);
        await caddy.StartProcessAsync();
        return caddy;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartProcessAsync();
    }

    public HttpClient Client(string host) => new(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan, AllowAutoRedirect = false })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{Settings.HttpPort}"),
        DefaultRequestHeaders = { Host = host },
        Timeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>One request with a Host line of any bytes; the whole answer.</summary>
    public async Task<string> RawAsync(string host, string target = "/")
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Settings.HttpPort);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    /// <summary>curl's output, with status and redirect behind it: for what an HttpClient does not send.</summary>
    public async Task<string> CurlAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("curl", ["-s", "--max-time", "10", "-w", " [%{http_code} %{redirect_url}]", .. arguments]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }

    /// <summary>A request to a name over https, trusting Caddy's own root and nothing else.</summary>
    public Task<string> HttpsAsync(string host, string path = "/") => CurlAsync(
        "--cacert", RootCertificate, "--resolve", $"{host}:{Settings.HttpsPort}:127.0.0.1", $"https://{host}:{Settings.HttpsPort}{path}");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Sshd.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartProcessAsync()
    {
        await File.WriteAllTextAsync(Settings.CaddyFile,
            $$"""
            {
            	admin {{Settings.AdminAddress}}
            	http_port {{Settings.HttpPort}}
            	https_port {{Settings.HttpsPort}}
            	skip_install_trust
            	log {
            		output file {{_folder}}/caddy.log
            		level WARN
            	}
            {{GlobalOptions}}
            }
            http://other.test {
            	respond "the other site"
            }
            https://secure.test {
            	tls internal
            	respond "the other site over TLS"
            }
            https://intern.localhost {
            	respond "a site of a name that no public authority knows"
            }
            {{Sites}}

            """);
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
            catch (HttpRequestException) when (!_caddy.HasExited)
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
