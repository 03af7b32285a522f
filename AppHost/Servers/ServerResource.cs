namespace CodeB.AppHost.Servers;

/// <summary>
/// A server of the fleet: its own root file system, address, processes and sshd on this one machine. The process that the
/// AppHost runs is the machine's power supply; when it ends the machine is gone, disk and all.
/// </summary>
public sealed class ServerResource : ExecutableResource
{
    internal ServerResource(string name, string role, string workingDirectory, ParameterResource topology)
        : base(name, "./Servers/server.sh", workingDirectory)
    {
        Role = role;
        Topology = topology;
        Address = ReferenceExpression.Create($"198.18.{topology}.{HostNumber(name)}");
        HostKey = new HostKeyReference(this);
    }

    /// <summary>What the server is for: app, streaming, storage or backup; decides which services it starts.</summary>
    public string Role { get; }

    public ParameterResource Topology { get; }

    public ReferenceExpression Address { get; }

    /// <summary>The public host key, known once the server has started; whoever connects pins it.</summary>
    public HostKeyReference HostKey { get; }

    // server.sh has the same numbers.
    private static string HostNumber(string name) => name switch
    {
        "app" => "11",
        "streaming" => "12",
        "storage" => "13",
        "backup" => "14",
        _ => throw new ArgumentException($"A server is named app, streaming, storage or backup, not '{name}'.", nameof(name)),
    };
}

/// <summary>A server's public host key as <c>ssh-ed25519 AAAA…</c>, read when the value is needed.</summary>
public sealed class HostKeyReference(ServerResource server) : IValueProvider, IManifestExpressionProvider
{
    public string ValueExpression => $"{{{server.Name}.hostKey}}";

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var number = await server.Topology.GetValueAsync(cancellationToken);
        var line = await File.ReadAllTextAsync($"/var/lib/codeb/topology/{number}/{server.Name}/host_key.pub", cancellationToken);
        return string.Join(' ', line.Split(' ').Take(2));
    }

    public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) =>
        GetValueAsync(cancellationToken);
}
