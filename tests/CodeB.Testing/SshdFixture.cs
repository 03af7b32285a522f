using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CodeB.Hosts.OpenSsh;
using CodeB.Hosts.Sessions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CodeB.Testing;

/// <summary>
/// A real sshd on a free loopback port with its own keys, as root, stopped and removed on dispose. Several can run side by
/// side. The "server" is this machine: commands see its files. <c>SetEnv SHLVL=1</c> keeps bash, as the login shell, from
/// reading ~/.bashrc for every command, which can cost 100 ms and more.
/// </summary>
public sealed class SshdFixture : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("codeb-sshd-").FullName;
    private Process? _sshd;

    private SshdFixture(int port)
    {
        Port = port;
        Sessions = NewSessions();
    }

    public int Port { get; }

    /// <summary>A folder that goes with the fixture.</summary>
    public string Folder => _folder;

    public int ProcessId => _sshd!.Id;

    public ServerEndpoint Endpoint { get; private set; } = null!;

    public OpenSshSessions Sessions { get; }

    public IHostSession Session => Sessions.For(Endpoint);

    public static async Task<SshdFixture> StartAsync(string name = "testhost", string extraSettings = "")
    {
        var fixture = new SshdFixture(FreePort.Take());
        try
        {
            await fixture.PrepareAsync(name, extraSettings);
            await fixture.StartSshdAsync();
            return fixture;
        }
        catch
        {
            await fixture.DisposeAsync();
            throw;
        }
    }

    public static OpenSshSessions NewSessions(Action<OpenSshOptions>? configure = null)
    {
        var options = new OpenSshOptions();
        configure?.Invoke(options);
        return new OpenSshSessions(Options.Create(options), NullLoggerFactory.Instance);
    }

    public async Task StartSshdAsync()
    {
        _sshd = Process.Start(new ProcessStartInfo("/usr/sbin/sshd", ["-D", "-e", "-f", Path.Join(_folder, "sshd_config")]) { RedirectStandardError = true })!;
        _sshd.ErrorDataReceived += (_, _) => { };
        _sshd.BeginErrorReadLine();
        await Eventually.HoldsAsync($"sshd answers on port {Port}", AnswersAsync);
    }

    /// <summary>Stops the listener. Connections that are open stay; end them through <see cref="ConnectionProcesses"/>.</summary>
    public async Task StopSshdAsync()
    {
        if (_sshd is not { } sshd)
            return;
        sshd.Kill();
        await sshd.WaitForExitAsync();
        sshd.Dispose();
        _sshd = null;
    }

    /// <summary>The sshd processes that serve one connection each.</summary>
    public IReadOnlyList<int> ConnectionProcesses() => ChildrenOf(ProcessId);

    public async ValueTask DisposeAsync()
    {
        await Sessions.DisposeAsync();
        if (_sshd is not null)
        {
            foreach (var connection in ConnectionProcesses())
                Signals.Send(connection, Signals.Kill);
        }
        await StopSshdAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task PrepareAsync(string name, string extraSettings)
    {
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "host", "-f", Path.Join(_folder, "host_key"));
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "client", "-f", Path.Join(_folder, "client_key"));
        File.Copy(Path.Join(_folder, "client_key.pub"), Path.Join(_folder, "authorized_keys"));
        // sshd, started as root, insists on its empty folder.
        Directory.CreateDirectory("/run/sshd");
        await File.WriteAllTextAsync(Path.Join(_folder, "sshd_config"),
            $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {_folder}/host_key
            AuthorizedKeysFile {_folder}/authorized_keys
            PidFile {_folder}/sshd.pid
            UsePAM no
            StrictModes no
            PermitRootLogin yes
            PasswordAuthentication no
            MaxStartups 100:30:200
            SetEnv SHLVL=1
            Subsystem sftp internal-sftp
            {extraSettings}

            """);
        var publicKey = (await File.ReadAllTextAsync(Path.Join(_folder, "host_key.pub"))).Split(' ');
        Endpoint = new ServerEndpoint(name, "127.0.0.1", Port, "root", $"{publicKey[0]} {publicKey[1]}", Path.Join(_folder, "client_key"));
    }

    private async Task<bool> AnswersAsync()
    {
        if (_sshd!.HasExited)
            throw new InvalidOperationException($"sshd ended with {_sshd.ExitCode}; run it by hand with -d -f {_folder}/sshd_config");
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }

    private static List<int> ChildrenOf(int parent)
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process))
                continue;
            try
            {
                var stat = File.ReadAllText($"{folder}/stat");
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[1] == parent.ToString(CultureInfo.InvariantCulture) && fields[0] != "Z")
                    children.Add(process);
            }
            catch (IOException)
            {
                // It ended while we looked.
            }
        }
        return children;
    }
}
