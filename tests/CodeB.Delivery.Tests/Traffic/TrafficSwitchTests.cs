using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using CodeB.Delivery.Slots;
using CodeB.Delivery.Tests.Support;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;
using CodeB.Testing;

namespace CodeB.Delivery.Tests.Traffic;

/// <summary>Against a real Caddy, over a real sshd, with two real servers.</summary>
public sealed class TrafficSwitchTests(CaddyFixture caddy) : IClassFixture<CaddyFixture>, IAsyncLifetime
{
    private const int Switches = 20;
    private const int Renames = 20_000;

    private readonly int _bluePort = FreePort.Take();
    private readonly int _greenPort = FreePort.Take();
    private readonly ProjectName _project = ProjectName.Parse("p" + Guid.NewGuid().ToString("n")[..8]);
    private SlotServer _blue = null!;
    private SlotServer _green = null!;

    private string Domain => $"{_project}.test";

    private TrafficSwitch Traffic => SwitchFor(Domain);

    public async ValueTask InitializeAsync()
    {
        _blue = await SlotServer.StartAsync("blue", _bluePort);
        _green = await SlotServer.StartAsync("green", _greenPort);
    }

    public async ValueTask DisposeAsync()
    {
        await Traffic.RemoveAsync(default);
        await _blue.DisposeAsync();
        await _green.DisposeAsync();
    }

    [Fact]
    public async Task Twenty_switches_under_load_lose_no_request()
    {
        await Traffic.EnsureAsync(default);
        await Traffic.SwitchAsync(SlotName.Blue, default);
        using var client = caddy.Client(Domain);
        using var done = new CancellationTokenSource();
        var load = Enumerable.Range(0, 2).Select(_ => Task.Run(() => LoadAsync(client, done.Token))).ToArray();

        var began = Stopwatch.GetTimestamp();
        for (var i = 1; i <= Switches; i++)
        {
            var to = i % 2 == 0 ? SlotName.Blue : SlotName.Green;
            await Traffic.SwitchAsync(to, default);

            // From the return of the switch on, no new request may reach the slot before.
            Assert.Equal(SlotPlace.WordOf(to), await client.GetStringAsync("/"));
        }

        var time = Stopwatch.GetElapsedTime(began);
        await done.CancelAsync();
        var counts = await Task.WhenAll(load);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Switches} switches in {time.TotalSeconds:0.0} s ({time.TotalMilliseconds / Switches:0} ms each), {counts.Sum(c => c.Blue + c.Green)} requests");
        Assert.Empty(counts.SelectMany(count => count.Failures));
        Assert.True(counts.Sum(count => count.Blue) > Switches && counts.Sum(count => count.Green) > Switches, "the load reached both slots");
    }

    [Fact]
    public async Task A_gate_that_is_renamed_thousands_of_times_is_never_missed()
    {
        await Traffic.EnsureAsync(default);
        await Traffic.SwitchAsync(SlotName.Blue, default);
        using var client = caddy.Client(Domain);
        using var done = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(() => LoadAsync(client, done.Token))).ToArray();
        var (blue, green) = (Traffic.Site.GateFile(caddy.Settings, SlotName.Blue), Traffic.Site.GateFile(caddy.Settings, SlotName.Green));

        for (var i = 0; i < Renames; i++)
        {
            File.Move(blue, green);
            File.Move(green, blue);
        }

        await done.CancelAsync();
        var counts = await Task.WhenAll(load);
        TestContext.Current.TestOutputHelper?.WriteLine($"{2 * Renames} renames, {counts.Sum(c => c.Blue)} requests to blue, {counts.Sum(c => c.Green)} to green");
        Assert.Empty(counts.SelectMany(count => count.Failures));
        Assert.True(counts.Sum(count => count.Blue) > 0 && counts.Sum(count => count.Green) > 0, "the load saw both gates");
    }

    [Fact]
    public async Task An_open_WebSocket_and_a_slow_request_stay_on_the_old_slot()
    {
        await Traffic.EnsureAsync(default);
        await Traffic.SwitchAsync(SlotName.Blue, default);
        using var client = caddy.Client(Domain);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", Domain);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{caddy.Settings.HttpPort}/ws"), default);
        var slow = client.GetStringAsync("/slow");
        await Eventually.HoldsAsync("both are under way on blue", async () => (await Traffic.CurrentAsync(default)).BlueInFlight == 2);

        await Traffic.SwitchAsync(SlotName.Green, default);

        Assert.Equal("green", await client.GetStringAsync("/"));
        Assert.Equal("blue", await EchoAsync(socket));
        _blue.FinishSlowRequests();
        Assert.Equal("blue", await slow);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await Eventually.HoldsAsync("nothing is open on blue", async () => (await Traffic.CurrentAsync(default)).BlueInFlight == 0);
    }

    [Fact]
    public async Task A_restarted_Caddy_sends_its_first_request_to_the_active_slot()
    {
        await Traffic.EnsureAsync(default);
        await Traffic.SwitchAsync(SlotName.Green, default);

        await caddy.RestartAsync();

        using var client = caddy.Client(Domain);
        Assert.Equal("green", await client.GetStringAsync("/"));
        Assert.True(await Traffic.IsReadyAsync(default), "nothing is to be done");
    }

    [Fact]
    public async Task Without_an_open_gate_requests_are_answered_with_503()
    {
        await Traffic.EnsureAsync(default);
        using var client = caddy.Client(Domain);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/")).StatusCode);
        Assert.Equal(new TrafficState(null, null, true, 0, 0), await Traffic.CurrentAsync(default));
        await Traffic.SwitchAsync(SlotName.Green, default);
        await Traffic.SwitchAsync(null, default);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task With_both_gates_open_blue_has_the_traffic_and_a_switch_leaves_one()
    {
        await Traffic.EnsureAsync(default);
        await Traffic.SwitchAsync(SlotName.Blue, default);
        await File.WriteAllTextAsync(Traffic.Site.GateFile(caddy.Settings, SlotName.Green), "");

        var both = await Traffic.CurrentAsync(default);
        await Traffic.SwitchAsync(SlotName.Green, default);

        Assert.Equal((SlotName.Blue, SlotName.Blue), (both.Gate, both.Served));
        Assert.Equal([SlotName.Green], await Traffic.OpenGatesAsync(default));
    }

    [Fact]
    public async Task A_slot_that_restarts_delays_requests_and_fails_none()
    {
        await Traffic.EnsureAsync(default);
        await Traffic.SwitchAsync(SlotName.Blue, default);
        using var client = caddy.Client(Domain);
        await _blue.DisposeAsync();

        var waiting = client.GetStringAsync("/");
        await Eventually.HoldsAsync("the request is at Caddy", async () => (await Traffic.CurrentAsync(default)).SiteLoaded && !waiting.IsCompleted);
        _blue = await SlotServer.StartAsync("blue again", _bluePort);

        Assert.Equal("blue again", await waiting);
    }

    [Fact]
    public async Task A_removed_site_leaves_neither_file_nor_gate_and_the_other_sites_stay()
    {
        await Traffic.EnsureAsync(default);
        await Traffic.SwitchAsync(SlotName.Blue, default);

        await Traffic.RemoveAsync(default);

        Assert.True((await Traffic.NamesAsync(default)).SameAs(new SiteNames()));
        Assert.False(Directory.Exists(Traffic.Site.GateDirectory(caddy.Settings)));
        Assert.False((await Traffic.CurrentAsync(default)).SiteLoaded);
        using var other = caddy.Client("other.test");
        Assert.Equal("the other site", await other.GetStringAsync("/"));
    }

    [Fact]
    public async Task The_slot_is_told_to_the_server_itself_alone()
    {
        await Traffic.EnsureAsync(default);
        await Traffic.SwitchAsync(SlotName.Green, default);
        using var client = caddy.Client(Domain);

        Assert.Equal($"/domains/{Domain}/green-{_greenPort}", await client.GetStringAsync(EdgeFile.ProbePath));
        Assert.Contains("remote_ip 127.0.0.1 ::1", await File.ReadAllTextAsync(caddy.Settings.EdgeFile), StringComparison.Ordinal);
    }

    private TrafficSwitch SwitchFor(string domain) => new(
        caddy.Sshd.Session,
        caddy.Settings,
        new TrafficSite(_project, EnvironmentName.Parse("production"), _bluePort, _greenPort, [domain]),
        TimeProvider.System);

    internal static async Task<string> EchoAsync(ClientWebSocket socket)
    {
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, default);
        var buffer = new byte[256];
        var received = await socket.ReceiveAsync(buffer, default);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    private static async Task<(int Blue, int Green, List<string> Failures)> LoadAsync(HttpClient client, CancellationToken done)
    {
        var (blue, green, failures) = (0, 0, new List<string>());
        while (!done.IsCancellationRequested)
        {
            try
            {
                switch (await client.GetStringAsync("/", CancellationToken.None))
                {
                    case "blue": blue++; break;
                    case "green": green++; break;
                    case var other: failures.Add(other); break;
                }
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                failures.Add(e.Message);
            }
        }

        return (blue, green, failures);
    }
}
