using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CodeB.Delivery;
using CodeB.Delivery.Containers;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;
using CodeB.Testing;

namespace CodeB.Bench.Switch;

/// <summary>An app server in small: sshd, Caddy with the product's edge, and a process in each slot, all on free ports of loopback.</summary>
internal sealed class Edge : IAsyncDisposable
{
    public const string Domain = "bench.test";

    /// <summary>The name whose site is a file of its own, for the comparison with a reload per switch.</summary>
    public const string ReloadDomain = "reload.test";

    private readonly List<Process> _processes = [];
    private readonly string _folder;

    private Edge(SshdFixture sshd)
    {
        Sshd = sshd;
        _folder = sshd.Folder;
        Settings = new DeliverySettings
        {
            Containers = new ContainerSettings { Engine = $"{_folder}/engine" },
            Traffic = new TrafficSettings
            {
                CaddyFile = $"{_folder}/Caddyfile",
                SitesDirectory = $"{_folder}/sites",
                EdgeDirectory = $"{_folder}/edge",
                OldGatesDirectory = $"{_folder}/gates",
                AdminAddress = $"127.0.0.1:{FreePort()}",
                AskAddress = $"127.0.0.1:{FreePort()}",
                HttpPort = FreePort(),
                HttpsPort = FreePort(),
                Tls = TlsMode.Internal,
                RedirectToHttps = false,
            },
        };
        Site = new TrafficSite(ProjectName.Parse("bench"), EnvironmentName.Parse("production"), FreePort(), FreePort(), [Domain]);
    }

    public SshdFixture Sshd { get; }

    public DeliverySettings Settings { get; }

    public TrafficSite Site { get; }

    public TrafficSwitch Switch => new(Sshd.Session, Settings.Traffic, Site, TimeProvider.System);

    public string Folder => _folder;

    public string Address => $"127.0.0.1:{Settings.Traffic.HttpPort}";

    public static async Task<Edge> StartAsync()
    {
        var edge = new Edge(await SshdFixture.StartAsync("bench"));
        try
        {
            await edge.StartProcessesAsync();
            return edge;
        }
        catch
        {
            await edge.DisposeAsync();
            throw;
        }
    }

    /// <summary>The way without the edge: the site's file names the slot's port, and a switch is another file and a reload.</summary>
    public async Task SwitchByReloadAsync(SlotName to)
    {
        await File.WriteAllTextAsync(
            $"{Settings.Traffic.SitesDirectory}/reload.caddy",
            string.Create(CultureInfo.InvariantCulture, $"http://{ReloadDomain} {{\n\treverse_proxy 127.0.0.1:{Site.Place(to).Port}\n}}\n"));
        await Sshd.Session.RunAsync(EdgeCommands.Reload(Settings.Traffic));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        await Sshd.DisposeAsync();
    }

    private async Task StartProcessesAsync()
    {
        foreach (var slot in Enum.GetValues<SlotName>())
        {
            var place = Site.Place(slot);
            var self = Environment.ProcessPath!;
            string[] program = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [typeof(Edge).Assembly.Location] : [];
            Start(self, [.. program, Upstream.Command, place.Word, place.Port.ToString(CultureInfo.InvariantCulture)]);
        }

        // Containers have no part in a switch: an engine that knows two running ones will do.
        await Sshd.Session.WriteFileAsync(
            Settings.Containers.Engine, Encoding.UTF8.GetBytes(EngineScript), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var traffic = Settings.Traffic;
        Directory.CreateDirectory(traffic.SitesDirectory);
        await File.WriteAllTextAsync(
            traffic.CaddyFile,
            $$"""
            {
            	admin {{traffic.AdminAddress}}
            	http_port {{traffic.HttpPort}}
            	https_port {{traffic.HttpsPort}}
            	skip_install_trust
            	log {
            		output discard
            	}
            	on_demand_tls {
            		ask {{EdgeFile.AskUrl(traffic)}}
            	}
            }
            import {{traffic.SitesDirectory}}/*.caddy
            http://up.test {
            	respond "up"
            }

            """);
        Start("caddy", ["run", "--config", traffic.CaddyFile, "--adapter", "caddyfile"]);
        await AwaitAsync("Caddy answers", traffic.HttpPort, "up.test");
        foreach (var slot in Enum.GetValues<SlotName>())
            await AwaitAsync($"{slot} answers", Site.Place(slot).Port, "localhost");
    }

    private void Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["XDG_DATA_HOME"] = start.Environment["XDG_CONFIG_HOME"] = _folder;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _processes.Add(process);
    }

    private static async Task AwaitAsync(string what, int port, string host)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), DefaultRequestHeaders = { Host = host } };
        await Eventually.HoldsAsync(what, async () =>
        {
            try
            {
                return (await client.GetAsync("/")).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private const string EngineScript =
        """
        #!/bin/sh
        slot=${3##*-}
        printf '[{"Id":"%s","Image":"i","State":{"Status":"running","ExitCode":0},"Config":{"Labels":{"codeb.project":"bench","codeb.environment":"production","codeb.slot":"%s","codeb.version":"%s"}}}]\n' "$slot" "$slot" "$slot"
        """;
}
