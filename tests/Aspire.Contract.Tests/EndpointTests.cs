using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Aspire.Contract.Tests;

public sealed class EndpointTests
{
    // A server of one answer: needs no package on the machine but Perl, which Debian always has.
    private const string Answer = """
        use IO::Socket::INET; $| = 1;
        my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1) or die;
        print "listening on $ENV{PORT}\n";
        while (my $c = $s->accept) { my $l = <$c>; my $st = $l =~ m{ /health } ? (-e $ENV{READY} ? 200 : 503) : 200;
          while (<$c>) { last if /^\r?$/ } print $c "HTTP/1.1 $st X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"; close $c }
        """;

    [Fact]
    public async Task An_endpoint_without_a_port_gets_one_and_the_resource_is_told()
    {
        await using var host = new Host();
        AddServer(host, "web");
        await host.StartAsync();
        var listening = await host.LineAsync("web", "listening on ");

        Assert.InRange(int.Parse(listening, System.Globalization.CultureInfo.InvariantCulture), 1, 65535);
        Assert.Equal("http", host.App.GetEndpoint("web", "http").Scheme);
    }

    [Fact]
    public async Task A_client_reaches_the_resource_by_its_name()
    {
        await using var host = new Host();
        AddServer(host, "web");
        await host.StartAsync();
        await host.LineAsync("web", "listening on ");
        using var client = host.App.CreateHttpClient("web");

        Assert.Equal("ok", await client.GetStringAsync("/", host.Limit));
    }

    [Fact]
    public async Task Another_resource_gets_the_endpoints_url_and_its_parts()
    {
        await using var host = new Host();
        var web = AddServer(host, "web");
        host.AddShell("client", "echo U=$U; echo P=$P")
            .WithEnvironment("U", web.GetEndpoint("http"))
            .WithEnvironment("P", $"{web.GetEndpoint("http").Property(EndpointProperty.Port)}");
        await host.StartAsync();
        var endpoint = host.App.GetEndpoint("web", "http");

        Assert.Equal(endpoint, new Uri(await host.LineAsync("client", "U=")));
        Assert.Equal($"{endpoint.Port}", await host.LineAsync("client", "P="));
    }

    [Fact]
    public async Task Two_endpoints_of_one_name_are_refused()
    {
        await using var host = new Host();
        var web = AddServer(host, "web");

        Assert.Throws<DistributedApplicationException>(() => web.WithHttpEndpoint());
    }

    [Fact]
    public async Task An_http_health_check_decides_when_the_resource_is_healthy()
    {
        var ready = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            await using var host = new Host();
            AddServer(host, "web").WithEnvironment("READY", ready).WithHttpHealthCheck("/health");
            host.AddShell("after", "echo started; sleep 1000").WaitFor(host.Builder.CreateResourceBuilder(Resource(host, "web")));
            await host.StartAsync();
            await host.StateAsync("web", snapshot => snapshot.HealthReports.Any(report => report.Status == Unhealthy));
            Assert.False(host.App.ResourceNotifications.TryGetCurrentState("after", out var state) && state!.Snapshot.State?.Text == KnownResourceStates.Running);

            await File.WriteAllTextAsync(ready, "", host.Limit);

            await host.App.ResourceNotifications.WaitForResourceHealthyAsync("web", host.Limit);
            await host.LineAsync("after", "started");
        }
        finally
        {
            File.Delete(ready);
        }
    }

    private static Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus Unhealthy =>
        Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy;

    private static IResource Resource(Host host, string name) => host.Builder.Resources.Single(resource => resource.Name == name);

    private static IResourceBuilder<ExecutableResource> AddServer(Host host, string name) =>
        host.Builder.AddExecutable(name, "perl", ".", "-e", Answer).WithHttpEndpoint(env: "PORT").WithEnvironment("READY", "/");
}
