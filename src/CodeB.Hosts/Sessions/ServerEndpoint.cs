namespace CodeB.Hosts.Sessions;

/// <summary>How a server is reached. The host key is pinned: another one is an error, never a question.</summary>
/// <param name="Name">The server's name in the fleet.</param>
/// <param name="Address">A host name or address.</param>
/// <param name="Port">sshd's port, usually 22.</param>
/// <param name="User">The login account.</param>
/// <param name="HostKey">The public key as in known_hosts, without the host: <c>ssh-ed25519 AAAA…</c>.</param>
/// <param name="IdentityFile">Path of the private key on the control plane's machine; null to use the agent or ssh_config.</param>
public sealed record ServerEndpoint(string Name, string Address, int Port, string User, string HostKey, string? IdentityFile);
