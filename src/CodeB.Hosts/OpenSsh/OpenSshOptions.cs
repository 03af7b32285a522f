using System.ComponentModel.DataAnnotations;

namespace CodeB.Hosts.OpenSsh;

/// <summary>How servers are reached. The defaults serve a fleet on a local network.</summary>
public sealed class OpenSshOptions
{
    /// <summary>
    /// Folder of the control sockets and the known_hosts files; made with mode 0700. Null (default) makes a new one under
    /// /tmp that goes with the process. Keep it short: a socket's whole path has at most 108 bytes.
    /// </summary>
    public string? ControlDirectory { get; set; }

    /// <summary>
    /// The ssh client, default <c>ssh</c> from PATH. Its ssh_config, agents and jump hosts stay in force; only the host key
    /// check cannot be loosened by them.
    /// </summary>
    public string SshProgram { get; set; } = "ssh";

    /// <summary>Reads host keys at registration, default <c>ssh-keyscan</c>.</summary>
    public string KeyScanProgram { get; set; } = "ssh-keyscan";

    /// <summary>Copies trees, default <c>rsync</c>; the server needs it too.</summary>
    public string RsyncProgram { get; set; } = "rsync";

    /// <summary>Limit for connecting and logging in, default 10 s. Shorter ones fail on slow links and busy servers.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whole seconds of silence before the server is asked for a sign of life, default 2. With
    /// <see cref="KeepAliveMisses"/> it decides how soon a cut is noticed: the defaults take 4 to 6 s.
    /// </summary>
    [Range(1, 3600)]
    public int KeepAliveSeconds { get; set; } = 2;

    /// <summary>Unanswered signs of life after which the connection counts as lost, default 2.</summary>
    [Range(1, 100)]
    public int KeepAliveMisses { get; set; } = 2;

    /// <summary>
    /// Tried before OpenSSH's own list, default <c>aes128-gcm@openssh.com</c>: with AES in the processor it carries twice as
    /// much as the usual default. Empty leaves the choice to OpenSSH.
    /// </summary>
    public string PreferredCipher { get; set; } = "aes128-gcm@openssh.com";

    /// <summary>
    /// Commands at a time on one connection, default 8. sshd's own default (MaxSessions) is 10, of which CodeB keeps one for
    /// ending commands and one free for copying trees.
    /// </summary>
    [Range(1, 1000)]
    public int CommandsPerConnection { get; set; } = 8;

    /// <summary>
    /// Connections to one server, default 6. One more is opened only when a command has waited for
    /// <see cref="PatienceBeforeNextConnection"/>; beyond them commands queue.
    /// </summary>
    [Range(1, 100)]
    public int ConnectionsPerServer { get; set; } = 6;

    /// <summary>How long a command waits for a place on the open connections, default 250 ms: about the cost of a new one.</summary>
    public TimeSpan PatienceBeforeNextConnection { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time between TERM and KILL when a command is ended, default 2 s (whole seconds). Databases may want more to clean up.</summary>
    public TimeSpan KillGrace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whole time after which the server ends the commands of a control plane it hears nothing from, default 20 s. It is what
    /// stops a command when the cable is cut, where no side learns of the other's end.
    /// </summary>
    public TimeSpan AbandonAfter { get; set; } = TimeSpan.FromSeconds(20);
}
