using CodeB.Delivery.Tests.Support;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;
using CodeB.Testing;

namespace CodeB.Delivery.Tests.Traffic;

/// <summary>Setting a server's edge up, each time on a Caddy of its own, whose Caddyfile is the user's.</summary>
public sealed class EdgeSetUpTests
{
    [Fact]
    public async Task A_Caddyfile_that_does_not_import_the_sites_is_named_and_nothing_is_loaded()
    {
        await using var caddy = await OwnCaddy.StartAsync(c => c.Sites = "");

        await RefusedAsync(caddy, $"add the line 'import {caddy.Settings.SitesDirectory}/*.caddy' at its end");
    }

    [Theory]
    [InlineData(":{0} {{ respond \"mine\" }}", "has a site for all host names on port {0} already")]
    [InlineData("http:// {{ respond \"mine\" }}", "ambiguous site definition")]
    [InlineData(":{1} {{ tls internal\nrespond \"mine\" }}", "has a site for all host names on port {1} already")]
    public async Task A_site_of_the_users_for_all_names_is_named_and_stays_in_force(string site, string reason)
    {
        await using var caddy = await OwnCaddy.StartAsync(
            c => c.Sites = $"{string.Format(null, site, c.Settings.HttpPort, c.Settings.HttpsPort).Replace("{ ", "{\n").Replace(" }", "\n}")}\n{c.Sites}");

        await RefusedAsync(caddy, string.Format(null, reason, caddy.Settings.HttpPort, caddy.Settings.HttpsPort));
    }

    [Theory]
    [InlineData("", "anybody could have certificates issued")]
    [InlineData("on_demand_tls {\nask http://127.0.0.1:9/other\n}", "asks http://127.0.0.1:9/other before certificates are issued")]
    public async Task Certificates_are_not_promised_to_everybody(string options, string reason)
    {
        await using var caddy = await OwnCaddy.StartAsync(c => c.GlobalOptions = options);

        await RefusedAsync(caddy, reason);
    }

    [Fact]
    public async Task Without_TLS_the_Caddyfile_need_not_say_who_may_have_certificates()
    {
        await using var caddy = await OwnCaddy.StartAsync(c => c.GlobalOptions = "", s => s with { Tls = TlsMode.None });

        Assert.True(await Edge(caddy).EnsureAsync(default));
        Assert.Contains("nothing is served under the name x.test here", await caddy.RawAsync("x.test"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_http_is_redirected_CodeB_itself_still_sees_through()
    {
        await using var caddy = await OwnCaddy.StartAsync(change: s => s with { RedirectToHttps = true });
        var port = FreePort.Take();
        await using var blue = await SlotServer.StartAsync("blue", port);
        var traffic = Switch(caddy, "worb", port, "worb.test");
        await traffic.EnsureAsync(default);
        await traffic.SwitchAsync(SlotName.Blue, default);
        await traffic.SetDomainsAsync(["worb.test"], new Dictionary<string, string> { ["old.test"] = "worb.test" }, default);

        Assert.Equal(" [308 https://worb.test/x?y]", await caddy.CurlAsync("-H", "Host: worb.test", $"http://127.0.0.1:{caddy.Settings.HttpPort}/x?y"));
        Assert.Equal(" [308 https://worb.test/x]", await caddy.CurlAsync("-H", "Host: old.test", $"http://127.0.0.1:{caddy.Settings.HttpPort}/x"));
        Assert.Equal("blue [200 ]", await caddy.HttpsAsync("worb.test"));
        Assert.Equal((200, "blue"), ((await traffic.ThroughCaddyAsync("/", default)).Status, (await traffic.ThroughCaddyAsync("/", default)).Body));
        Assert.Equal(SlotName.Blue, (await traffic.CurrentAsync(default)).Served);
    }

    [Fact]
    public async Task Only_names_of_the_edge_may_have_certificates()
    {
        await using var caddy = await OwnCaddy.StartAsync();
        var traffic = Switch(caddy, "worb", 4000, "worb.test");
        await traffic.EnsureAsync(default);
        await traffic.SetDomainsAsync(["worb.test"], new Dictionary<string, string> { ["old.test"] = "worb.test" }, default);

        Task<string> AskAsync(string name) => caddy.CurlAsync($"{EdgeFile.AskUrl(caddy.Settings)}?domain={name}");
        Assert.Equal(" [200 ]", await AskAsync("worb.test"));
        Assert.Equal(" [200 ]", await AskAsync("old.test"));
        foreach (var name in new[] { "nobody.test", "..", "../pairs/worb/production", "..%2fpairs%2fworb%2fproduction", "*", "", "worb.test%2f..%2fworb.test" })
            Assert.Equal(" [404 ]", await AskAsync(name));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_site_files_of_an_earlier_CodeB_are_taken_over_together_with_one_reload(bool killedBefore)
    {
        var (blue, green) = (FreePort.Take(), FreePort.Take());
        await using var one = await SlotServer.StartAsync("blue", blue);
        await using var two = await SlotServer.StartAsync("green", green);
        await using var caddy = await OwnCaddy.StartAsync(c =>
        {
            OldSite(c, "worb", "production", "http://worb.test", blue, green, "green");
            OldSite(c, "shop", "staging", "http://shop.test, http://www.shop.test", blue, green, "blue");
        });
        using var worb = caddy.Client("worb.test");
        using var shop = caddy.Client("www.shop.test");
        Assert.Equal(("green", "blue"), (await worb.GetStringAsync("/"), await shop.GetStringAsync("/")));
        var traffic = new TrafficSwitch(
            caddy.Sshd.Session, caddy.Settings,
            new TrafficSite(ProjectName.Parse("worb"), EnvironmentName.Parse("production"), blue, green, ["worb.test"]), TimeProvider.System);
        Assert.Equal([SlotName.Green], await traffic.OpenGatesAsync(default));
        if (killedBefore)
        {
            var old = new OldSites(caddy.Sshd.Session, caddy.Settings);
            await caddy.Sshd.Session.RunAsync(EdgeCommands.MakeFolders(caddy.Settings.EdgeDirectory, caddy.Settings.DomainsDirectory));
            await old.CopyAsync(default);
            await File.WriteAllTextAsync(caddy.Settings.EdgeFile, EdgeFile.Render(caddy.Settings));
            await old.PutAsideAsync(default);
            await caddy.RestartAsync();
            Assert.Equal(("green", "blue"), (await worb.GetStringAsync("/"), await shop.GetStringAsync("/")));
        }

        await traffic.EnsureAsync(default);

        Assert.Equal(("green", "blue"), (await worb.GetStringAsync("/"), await shop.GetStringAsync("/")));
        await traffic.SwitchAsync(SlotName.Blue, default);
        Assert.Equal(("blue", "blue"), (await worb.GetStringAsync("/"), await shop.GetStringAsync("/")));
        Assert.Equal(["codeb.caddy"], Directory.EnumerateFiles(caddy.Settings.SitesDirectory).Select(Path.GetFileName));
        Assert.False(Directory.Exists(caddy.Settings.OldGatesDirectory));
        Assert.False(await traffic.Edge.EnsureAsync(default));
    }

    /// <summary>What the version before wrote, to the byte where it matters: its first lines, its root and its upstreams.</summary>
    private static void OldSite(OwnCaddy caddy, string project, string environment, string addresses, int blue, int green, string open)
    {
        var gates = $"{caddy.Settings.OldGatesDirectory}/{project}/{environment}";
        Directory.CreateDirectory(gates);
        File.WriteAllText($"{gates}/{open}", "");
        Directory.CreateDirectory(caddy.Settings.SitesDirectory);
        File.WriteAllText(
            $"{caddy.Settings.SitesDirectory}/{project}-{environment}.caddy",
            $$"""
            # {{project}}/{{environment}}: written by CodeB, overwritten when its domains or ports change
            {{addresses}} {
            	@live file {
            		root {{gates}}
            		try_files /blue /green /blue
            	}
            	handle @live {
            		@blue vars {http.matchers.file.relative} /blue
            		handle @blue {
            			reverse_proxy 127.0.0.1:{{blue}} {
            				lb_try_duration 5000ms
            			}
            		}
            		handle {
            			reverse_proxy 127.0.0.1:{{green}} {
            				lb_try_duration 5000ms
            			}
            		}
            	}
            }

            """);
    }

    private static async Task RefusedAsync(OwnCaddy caddy, string reason)
    {
        var error = await Assert.ThrowsAnyAsync<DomainException>(() => Edge(caddy).EnsureAsync(default));

        Assert.Equal(ErrorCode.FailedPrecondition, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(caddy.Settings.EdgeFile));
        await caddy.RestartAsync();
        using var other = caddy.Client("other.test");
        Assert.Equal("the other site", await other.GetStringAsync("/"));
    }

    private static TrafficEdge Edge(OwnCaddy caddy) => new(caddy.Sshd.Session, caddy.Settings, TimeProvider.System);

    private static TrafficSwitch Switch(OwnCaddy caddy, string project, int port, string domain) => new(
        caddy.Sshd.Session, caddy.Settings,
        new TrafficSite(ProjectName.Parse(project), EnvironmentName.Parse("production"), port, port, [domain]), TimeProvider.System);
}
