using System.Net.WebSockets;
using System.Text;
using CodeB.EndToEnd.Tests.Topology;
using CodeB.V1;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>From a registered project to restored data, on the topology's own CodeB.</summary>
public sealed class ThinPathTests(TopologyFixture topology)
{
    [Fact]
    public async Task A_project_is_deployed_switched_without_a_failed_request_backed_up_destroyed_and_brought_back()
    {
        using var api = new Api(await topology.GrpcAsync());
        var worb = new Worb(topology, "worb", "production");
        await worb.CreateAsync(api);

        await worb.DeployAsync(api, "v1");
        Assert.NotEqual("v1", await worb.SeenAsync());
        await worb.PromoteAsync(api);
        Assert.Equal("v1", await worb.SeenAsync());

        await worb.DeployAsync(api, "v2");
        Assert.Equal("v1", await worb.SeenAsync());
        await PromoteUnderLoadAsync(api, worb);
        Assert.Equal("v2", await worb.SeenAsync());

        var content = await worb.ContentAsync(api);
        var set = (await worb.BackUpAsync(api)).Facts["set"];
        Assert.Equal([set], await worb.SetsAsync(api));
        var sums = await worb.RunAsync("backup", $"cd {worb.SetsFolder}/{set} && sha256sum -c SHA256SUMS && ls");
        Assert.Equal(4, sums.Split('\n').Count(line => line.EndsWith(": OK", StringComparison.Ordinal)));
        Assert.Contains("backup_manifest.json", sums, StringComparison.Ordinal);
        var verdict = await worb.VerifyAsync(api, "latest");
        Assert.True(verdict.Ok, string.Join('\n', verdict.Problems));

        await worb.AccidentAsync(api);
        Assert.NotEqual(content, await worb.ContentAsync(api));
        await worb.RestoreAsync(api, "latest");
        Assert.Equal(content, await worb.ContentAsync(api));
        Assert.Equal("", await worb.LeftoversAsync());

        await worb.RollbackAsync(api);
        Assert.Equal("v1", await worb.SeenAsync());
        var status = await api.Status.GetStatusAsync(new GetStatusRequest { CheckServers = true });
        Assert.All(status.Servers, server => Assert.True(server.LastCheck.Reachable, server.LastCheck.Error));
        Assert.Empty(status.Running);
        Assert.Equal(set, Assert.Single(status.Backups, backup => backup.Project == worb.Name).LastSet.Id);
    }

    private static async Task PromoteUnderLoadAsync(Api api, Worb worb)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", worb.Domain);
        using var browser = worb.Browser();
        await socket.ConnectAsync(new UriBuilder(browser.BaseAddress!) { Scheme = "ws", Path = "/ws" }.Uri, CancellationToken.None);
        Assert.Equal("welcome to v1", await ReceiveAsync(socket));

        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(_ => LoadAsync(worb, stop.Token)).ToArray();
        await worb.PromoteAsync(api);
        Assert.Equal("v2", await worb.SeenAsync());
        await stop.CancelAsync();
        var answers = (await Task.WhenAll(load)).SelectMany(seen => seen).ToList();

        Assert.Contains("v1", answers);
        Assert.DoesNotContain(answers, answer => answer is not ("v1" or "v2"));
        await socket.SendAsync(Encoding.UTF8.GetBytes("still here"), WebSocketMessageType.Text, true, CancellationToken.None);
        Assert.Equal("still here", await ReceiveAsync(socket));
    }

    /// <summary>One keep-alive connection that asks without a pause; what it was answered, or why it was not.</summary>
    private static async Task<List<string>> LoadAsync(Worb worb, CancellationToken stop)
    {
        using var browser = worb.Browser();
        var seen = new List<string>();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var answer = await browser.GetAsync(new Uri("/version", UriKind.Relative), CancellationToken.None);
                seen.Add(answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(CancellationToken.None) : $"{answer.StatusCode}");
            }
            catch (HttpRequestException e)
            {
                seen.Add(e.Message);
            }
        }

        return seen;
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[1024];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
