using CodeB.Hosts.Sessions;
using CodeB.Testing;

namespace CodeB.Hosts.Tests;

/// <summary>One sshd for the tests of a class.</summary>
public sealed class SshdServer : IAsyncLifetime
{
    public SshdFixture Sshd { get; private set; } = null!;

    public IHostSession Session => Sshd.Session;

    public async ValueTask InitializeAsync() => Sshd = await SshdFixture.StartAsync();

    public ValueTask DisposeAsync() => Sshd.DisposeAsync();
}
