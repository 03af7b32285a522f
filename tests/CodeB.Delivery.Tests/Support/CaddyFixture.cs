using CodeB.Delivery.Traffic;
using CodeB.Testing;

namespace CodeB.Delivery.Tests.Support;

/// <summary>One Caddy for all tests of a class, its edge set up by the first.</summary>
public sealed class CaddyFixture : IAsyncLifetime
{
    public OwnCaddy Caddy { get; private set; } = null!;

    public SshdFixture Sshd => Caddy.Sshd;

    public TrafficSettings Settings => Caddy.Settings;

    public async ValueTask InitializeAsync() => Caddy = await OwnCaddy.StartAsync();

    public ValueTask DisposeAsync() => Caddy.DisposeAsync();

    public HttpClient Client(string host) => Caddy.Client(host);

    public Task RestartAsync() => Caddy.RestartAsync();
}
