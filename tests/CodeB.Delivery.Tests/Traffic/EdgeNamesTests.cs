using System.Net;
using System.Net.WebSockets;
using CodeB.Delivery.Tests.Support;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;
using CodeB.Testing;

namespace CodeB.Delivery.Tests.Traffic;

/// <summary>Which name gets where, asked of a real Caddy that was set up before the names were known.</summary>
public sealed class EdgeNamesTests(CaddyFixture fixture) : IClassFixture<CaddyFixture>, IAsyncLifetime
{
    private static readonly Dictionary<string, string> NoRedirects = [];

    private readonly int _port = FreePort.Take();
    private readonly string _name = "n" + Guid.NewGuid().ToString("n")[..8];
    private SlotServer _blue = null!;

    private OwnCaddy Caddy => fixture.Caddy;

    private string Domain => $"{_name}.test";

    private TrafficSwitch Traffic => SwitchOf(_name, _port, Domain);

    public async ValueTask InitializeAsync()
    {
        _blue = await SlotServer.StartAsync("blue", _port);
        await Traffic.EnsureAsync(default);
        await Traffic.SwitchAsync(SlotName.Blue, default);
    }

    public async ValueTask DisposeAsync()
    {
        await Traffic.RemoveAsync(default);
        await _blue.DisposeAsync();
    }

    [Fact]
    public async Task Names_projects_and_switches_come_and_go_without_closing_any_connection()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", Domain);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{Caddy.Settings.HttpPort}/ws"), default);
        var other = SwitchOf(_name + "x", _port, $"x.{Domain}");

        await other.EnsureAsync(default);
        await other.SwitchAsync(SlotName.Green, default);
        await other.SetDomainsAsync([$"x.{Domain}", $"y.{Domain}"], new Dictionary<string, string> { [$"z.{Domain}"] = $"y.{Domain}" }, default);
        await Traffic.SetDomainsAsync([Domain, $"www.{Domain}"], NoRedirects, default);
        await other.RemoveAsync(default);

        Assert.Equal("blue", await TrafficSwitchTests.EchoAsync(socket));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
    }

    [Fact]
    public async Task A_name_added_after_Caddys_start_is_served_over_https_with_Caddys_own_root()
    {
        await Traffic.SetDomainsAsync([Domain, $"new.{Domain}"], NoRedirects, default);

        Assert.Equal("blue [200 ]", await Caddy.HttpsAsync($"new.{Domain}"));
        Assert.EndsWith("[000 ]", await Caddy.HttpsAsync($"unknown.{Domain}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_names_of_a_pair_follow_its_gate_and_a_removed_one_is_gone_at_once()
    {
        await Traffic.SetDomainsAsync([Domain, $"a.{Domain}", $"b.{Domain}"], NoRedirects, default);
        using var a = Caddy.Client($"a.{Domain}");
        using var b = Caddy.Client($"b.{Domain}");

        Assert.Equal(("blue", "blue"), (await a.GetStringAsync("/"), await b.GetStringAsync("/")));
        await Traffic.SwitchAsync(null, default);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await b.GetAsync("/")).StatusCode);
        await Traffic.SetDomainsAsync([Domain, $"a.{Domain}"], NoRedirects, default);
        Assert.Equal(HttpStatusCode.NotFound, (await b.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await a.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task A_redirected_name_leads_to_the_same_page_under_the_other()
    {
        await Traffic.SetDomainsAsync([Domain], new Dictionary<string, string> { [$"old.{Domain}"] = Domain }, default);

        Assert.Equal($" [308 http://{Domain}/a/b?c=d%2F]", await Caddy.CurlAsync("-H", $"Host: old.{Domain}", $"http://127.0.0.1:{Caddy.Settings.HttpPort}/a/b?c=d%2F"));
        Assert.Equal($" [308 https://{Domain}/x]", await Caddy.HttpsAsync($"old.{Domain}", "/x"));
        var read = await Traffic.NamesAsync(default);
        Assert.Equal([Domain], read.Domains);
        Assert.Equal(Domain, read.Redirects[$"old.{Domain}"]);
    }

    [Fact]
    public async Task A_name_changes_from_redirected_to_served_and_back()
    {
        var redirects = new Dictionary<string, string> { [$"w.{Domain}"] = Domain };
        using var client = Caddy.Client($"w.{Domain}");

        await Traffic.SetDomainsAsync([Domain], redirects, default);
        Assert.Equal(HttpStatusCode.PermanentRedirect, (await client.GetAsync("/")).StatusCode);
        await Traffic.SetDomainsAsync([Domain, $"w.{Domain}"], NoRedirects, default);
        Assert.Equal("blue", await client.GetStringAsync("/"));
        await Traffic.SetDomainsAsync([Domain], redirects, default);
        Assert.Equal(HttpStatusCode.PermanentRedirect, (await client.GetAsync("/")).StatusCode);
    }

    [Theory]
    [InlineData("{1}.TEST")]
    [InlineData("{0}.test.")]
    [InlineData("{1}.Test.:8080")]
    [InlineData("{0}.test:8080")]
    public async Task A_name_is_found_in_capitals_with_a_last_dot_and_with_a_port(string host)
    {
        Assert.Contains("\r\nblue\r\n", await Caddy.RawAsync(string.Format(null, host, _name, _name.ToUpperInvariant())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody.test")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("*.test")]
    [InlineData("[a-z]*.test")]
    [InlineData("../pairs/{0}/production")]
    [InlineData("{0}.test/../{0}.test")]
    [InlineData("%2e%2e%2fpairs%2f{0}%2fproduction")]
    [InlineData("..%2fpairs%2f{0}%2fproduction")]
    [InlineData("{0}.tes?")]
    [InlineData("\\{0}.test")]
    [InlineData("{0}.test..")]
    [InlineData("{{re.host.1}}")]
    [InlineData("{{http.request.uri.path}}")]
    public async Task Nothing_but_a_known_name_reaches_a_slot(string host)
    {
        var odd = string.Format(null, host, _name);

        var plain = await Caddy.RawAsync(odd);
        var two = await Caddy.CurlAsync(
            "-k", "--http2", "-H", $"Host: {odd}", "--resolve", $"{Domain}:{Caddy.Settings.HttpsPort}:127.0.0.1", $"https://{Domain}:{Caddy.Settings.HttpsPort}/");

        Assert.Matches(@"\AHTTP/1\.1 (404 Not Found|400 Bad Request)[:\r]", plain);
        Assert.DoesNotContain("blue", plain, StringComparison.Ordinal);
        // An empty header leaves the name of the URL to curl.
        if (odd.Length > 0)
            Assert.Matches(@"\[(404|400|000) \]\z", two);
    }

    [Fact]
    public async Task A_path_never_leads_out_of_the_pair()
    {
        foreach (var target in new[] { "/../../pairs/x/y", "/%2e%2e/%2e%2e/x", "/..%2f..%2f", "//etc/passwd" })
            Assert.Contains("blue", await Caddy.RawAsync(Domain, target), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_name_is_told_that_nobody_serves_it_and_a_name_without_a_version_to_come_again()
    {
        Assert.Contains("nothing is served under the name nobody.test here", await Caddy.RawAsync("nobody.test"), StringComparison.Ordinal);
        await Traffic.SwitchAsync(null, default);

        var answer = await Caddy.RawAsync(Domain);

        Assert.StartsWith("HTTP/1.1 503", answer, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 1", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Named_sites_of_others_keep_precedence_and_their_certificates()
    {
        using var other = Caddy.Client("other.test");

        Assert.Equal("the other site", await other.GetStringAsync("/"));
        Assert.Equal("the other site over TLS [200 ]", await Caddy.HttpsAsync("secure.test"));
        Assert.Equal("a site of a name that no public authority knows [200 ]", await Caddy.HttpsAsync("intern.localhost"));
        Assert.Equal(" [308 https://secure.test/x]", await Caddy.CurlAsync("-H", "Host: secure.test", $"http://127.0.0.1:{Caddy.Settings.HttpPort}/x"));
    }

    [Fact]
    public async Task A_name_of_another_pair_is_refused_and_nothing_is_changed()
    {
        var other = SwitchOf(_name + "x", _port);

        var error = await Assert.ThrowsAsync<DomainException>(() => other.SetDomainsAsync(["fine.test", Domain], NoRedirects, default));

        Assert.Contains($"{Domain} leads to {_name}/production there", error.Message, StringComparison.Ordinal);
        Assert.Empty((await other.NamesAsync(default)).Domains);
        Assert.Equal([Domain], (await Traffic.NamesAsync(default)).Domains);
    }

    [Fact]
    public async Task The_whole_edge_can_be_read_for_drift_checks()
    {
        await Traffic.SetDomainsAsync([Domain], new Dictionary<string, string> { [$"old.{Domain}"] = Domain }, default);

        var state = await Traffic.Edge.ReadAsync(default);

        Assert.Contains(new EdgeName(Domain, _name, "production", null), state.Names);
        Assert.Contains(new EdgeName($"old.{Domain}", _name, "production", Domain), state.Names);
        Assert.Contains(new EdgeGate(_name, "production", SlotName.Blue, _port), state.Gates);
    }

    private TrafficSwitch SwitchOf(string project, int port, params string[] domains) => new(
        Caddy.Sshd.Session,
        Caddy.Settings,
        new TrafficSite(ProjectName.Parse(project), EnvironmentName.Parse("production"), port, port, domains),
        TimeProvider.System);
}
