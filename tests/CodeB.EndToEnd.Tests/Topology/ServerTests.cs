using System.Net.Sockets;

namespace CodeB.EndToEnd.Tests.Topology;

public sealed class ServerTests(TopologyFixture topology)
{
    [Theory]
    [InlineData("app")]
    [InlineData("streaming")]
    [InlineData("storage")]
    [InlineData("backup")]
    public async Task A_server_has_a_hostname_an_address_and_processes_of_its_own(string server)
    {
        var result = await topology.SshAsync(server, "hostname; hostname -I | tr -d ' '; ps -o comm= -p 1; ls -A /work /home /root 2>/dev/null | grep -vE '^(/|\\.ssh|\\.cache|$)' | head -1; pgrep -c . ");
        var lines = result.Output.Split('\n');

        Assert.Equal(0, result.Code);
        Assert.Equal(server, lines[0]);
        Assert.Contains(topology.AddressOf(server), lines[1], StringComparison.Ordinal);
        Assert.Equal("bash", lines[2]);
        Assert.InRange(int.Parse(lines[^1], System.Globalization.CultureInfo.InvariantCulture), 2, 60);
    }

    [Fact]
    public async Task The_storage_server_restarts_PostgreSQL_and_Redis_by_their_own_scripts()
    {
        var postgres = await topology.SshAsync("storage", "service postgresql restart >/dev/null && su postgres -c \"psql -Atc 'select 1'\" 2>/dev/null");
        // Its script returns before it takes connections.
        var redis = await topology.SshAsync(
            "storage",
            "service redis-server restart >/dev/null && timeout 15 sh -c 'until redis-cli ping 2>/dev/null | grep -q PONG; do sleep 0.1; done' && redis-cli config get appendonly");

        Assert.Equal("1", postgres.Output);
        Assert.Equal("appendonly\nyes", redis.Output);
    }

    [Fact]
    public async Task The_app_server_runs_Caddy_and_the_sample_in_a_container()
    {
        await topology.ImagesAsync();
        var caddy = await topology.SshAsync("app", "curl -sf http://127.0.0.1:2019/config/");
        var container = await topology.SshAsync(
            "app",
            "podman run -d --rm --name probe -p 127.0.0.1:18080:8080 localhost/guestbook:v2 >/dev/null"
            + " && for i in $(seq 100); do curl -sf http://127.0.0.1:18080/version && break; sleep 0.1; done; podman stop -t 2 probe >/dev/null");

        Assert.Contains("127.0.0.1:2019", caddy.Output, StringComparison.Ordinal);
        Assert.Equal("v2", container.Output);
    }

    [Fact]
    public async Task The_streaming_server_answers_over_WebSocket()
    {
        await topology.ImagesAsync();
        string? greeting = null;
        await Shell.AwaitAsync("a greeting from the streaming server", TimeSpan.FromSeconds(20), async () =>
        {
            using var socket = new System.Net.WebSockets.ClientWebSocket();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
            try
            {
                await socket.ConnectAsync(new Uri($"ws://{topology.AddressOf("streaming")}/ws"), limit.Token);
                var buffer = new byte[256];
                var received = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
                greeting = System.Text.Encoding.UTF8.GetString(buffer, 0, received.Count);
                return true;
            }
            catch (Exception e) when (e is System.Net.WebSockets.WebSocketException or OperationCanceledException)
            {
                return false;
            }
        });

        Assert.Equal("welcome to v1", greeting);
    }

    [Fact]
    public async Task A_cut_server_does_not_answer_until_its_link_is_healed()
    {
        await topology.DoToAsync("backup", "cut");
        var whileCut = await AnswersAsync("backup", TimeSpan.FromSeconds(2));
        await topology.DoToAsync("backup", "heal");

        Assert.False(whileCut);
        await Shell.AwaitAsync("backup answering again", TimeSpan.FromSeconds(20), () => AnswersAsync("backup", TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task A_power_cut_ends_every_process_and_keeps_the_disk()
    {
        await topology.SshAsync("backup", "echo kept > /opt/codeb/kept; sync; touch /run/lost; setsid sleep 1000 >/dev/null 2>&1 &");
        await topology.DoToAsync("backup", "power-off");
        var whileOff = await AnswersAsync("backup", TimeSpan.FromSeconds(2));
        await topology.DoToAsync("backup", "power-on");
        var after = await topology.SshAsync("backup", "cat /opt/codeb/kept; ls /run/lost; pgrep -x sleep -a");

        Assert.False(whileOff);
        Assert.StartsWith("kept", after.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("/run/lost", after.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("sleep 1000", after.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_refuses_a_write_until_it_is_drained()
    {
        await topology.DoToAsync("backup", "fill");
        var full = await topology.SshAsync("backup", "head -c 100000 /dev/zero > /opt/codeb/more");
        await topology.DoToAsync("backup", "drain");
        var drained = await topology.SshAsync("backup", "head -c 100000 /dev/zero > /opt/codeb/more && stat -c %s /opt/codeb/more; rm /opt/codeb/more");

        Assert.NotEqual(0, full.Code);
        Assert.Contains("No space left on device", full.Errors, StringComparison.Ordinal);
        Assert.Equal("100000", drained.Output);
    }

    private async Task<bool> AnswersAsync(string server, TimeSpan limit)
    {
        using var cancel = new CancellationTokenSource(limit);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(topology.AddressOf(server), 22, cancel.Token);
            return await client.GetStream().ReadAsync(new byte[1], cancel.Token) == 1;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
