using System.Diagnostics;
using System.Globalization;
using System.Text;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Hosts.OpenSsh;

/// <summary>
/// One ssh client in master mode: the connection. Its own session runs the keeper, a small script that knows the running
/// process groups. The keeper ends a group when told to, and all of them when it hears nothing any more: so a command ends
/// with the connection, whichever side or cable in between goes away. The master ends with this process, whose death closes
/// the keeper's input.
/// </summary>
internal sealed class SshMaster : IAsyncDisposable
{
    private const string Ready = "codeb-ready";
    private readonly Process _process;
    private readonly StringBuilder _errors;
    private readonly SemaphoreSlim _keeperGate = new(1, 1);
    private readonly CancellationTokenSource _beat = new();

    private SshMaster(Process process, StringBuilder errors, string controlPath)
    {
        _process = process;
        _errors = errors;
        ControlPath = controlPath;
        Ended = EndAsync();
        Beating = BeatAsync();
    }

    public string ControlPath { get; }

    public int ProcessId => _process.Id;

    /// <summary>Completes when the connection is gone.</summary>
    public Task Ended { get; }

    public bool IsAlive => !Ended.IsCompleted;

    public string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    /// <summary>Commands that hold a place on this connection; guarded by the pool's lock.</summary>
    public int InUse { get; set; }

    /// <summary>Places on this connection; fewer once the server has shown that it allows fewer. Guarded by the pool's lock.</summary>
    public int Places { get; set; } = int.MaxValue;

    private Task Beating { get; }

    public static async Task<SshMaster> StartAsync(ServerEndpoint server, OpenSshOptions options, string controlPath, string knownHostsPath, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(options.SshProgram)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in Arguments(server, options, controlPath, knownHostsPath))
            start.ArgumentList.Add(argument);

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new HostException(HostFailure.Unreachable, server.Name, "connect",
                $"{server.Name}: cannot start '{options.SshProgram}' ({e.Message}). Install the OpenSSH client on this machine.", inner: e);
        }
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                return;
            lock (errors)
                _ = errors.Length < 16 * 1024 ? errors.AppendLine(line.Data) : errors;
        };
        process.BeginErrorReadLine();

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // The client's own limit covers each phase of the handshake, this one the whole.
        limit.CancelAfter(options.ConnectTimeout + TimeSpan.FromSeconds(1));
        try
        {
            string? line;
            do
                line = await process.StandardOutput.ReadLineAsync(limit.Token);
            while (line is not null && line != Ready);
            if (line is not null)
                return new SshMaster(process, errors, controlPath);
            await process.WaitForExitAsync(limit.Token);
            lock (errors)
                throw SshErrors.CannotConnect(server, errors.ToString());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            End(process);
            throw SshErrors.CannotConnect(server, $"Connection timed out after {options.ConnectTimeout.TotalSeconds:0} s");
        }
        catch
        {
            End(process);
            throw;
        }
    }

    /// <summary>Tells the keeper of a group (<c>+</c>), of its end (<c>-</c>), or to end it (<c>k</c>). Never throws.</summary>
    public async Task TellKeeperAsync(char what, int group)
    {
        await _keeperGate.WaitAsync();
        try
        {
            await _process.StandardInput.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{what} {group}\n"));
            await _process.StandardInput.FlushAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is gone: the keeper ends its groups by itself.
        }
        finally
        {
            _keeperGate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _beat.CancelAsync();
        await Beating;
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It had already ended.
        }
        // A keeper without groups leaves at once; one that still ends groups does so without the connection.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            End(_process);
        }
        await Ended;
        _process.Dispose();
    }

    internal static IEnumerable<string> Arguments(ServerEndpoint server, OpenSshOptions options, string controlPath, string knownHostsPath)
    {
        string[] settings =
        [
            "ControlMaster=yes", $"ControlPath={controlPath}", "ControlPersist=no",
            "BatchMode=yes", "StrictHostKeyChecking=yes", $"UserKnownHostsFile={knownHostsPath}", "GlobalKnownHostsFile=none",
            $"HostKeyAlias={SshErrors.Alias(server)}", "VerifyHostKeyDNS=no", "UpdateHostKeys=no", "CheckHostIP=no", "KnownHostsCommand=none",
            string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={Math.Max(1, (int)options.ConnectTimeout.TotalSeconds)}"),
            "ConnectionAttempts=1", "TCPKeepAlive=yes",
            string.Create(CultureInfo.InvariantCulture, $"ServerAliveInterval={options.KeepAliveSeconds}"),
            string.Create(CultureInfo.InvariantCulture, $"ServerAliveCountMax={options.KeepAliveMisses}"),
            "ClearAllForwardings=yes", "ForwardAgent=no", "ForwardX11=no", "PermitLocalCommand=no", "RequestTTY=no",
            "RemoteCommand=none", "EscapeChar=none", "LogLevel=ERROR", "StdinNull=no", "ForkAfterAuthentication=no", "SessionType=default",
        ];
        foreach (var setting in settings)
        {
            yield return "-o";
            yield return setting;
        }
        if (options.PreferredCipher.Length > 0)
        {
            yield return "-o";
            yield return "Ciphers=^" + options.PreferredCipher;
        }
        if (server.IdentityFile is { } identity)
        {
            yield return "-o";
            yield return "IdentitiesOnly=yes";
            yield return "-i";
            yield return identity;
        }
        yield return "-p";
        yield return server.Port.ToString(CultureInfo.InvariantCulture);
        yield return "-l";
        yield return server.User;
        yield return "--";
        yield return server.Address;
        yield return Keeper(options);
    }

    // bash can stop waiting for a line; where there is only a plain sh, a cut cable is noticed by sshd's own means.
    private static string Keeper(OpenSshOptions options)
    {
        var grace = string.Create(CultureInfo.InvariantCulture, $"{(int)Math.Ceiling(options.KillGrace.TotalSeconds)}");
        var abandon = string.Create(CultureInfo.InvariantCulture, $"{(int)Math.Ceiling(options.AbandonAfter.TotalSeconds)}");
        string Script(string limit) =>
            $"echo {Ready}; g=\" \"; while read {limit} -r o p; do case $o in " +
            "+) g=\"$g$p \";; " +
            "-) case $g in *\" $p \"*) g=\"${g%% $p *} ${g#* $p }\";; esac;; " +
            $"k) (kill -TERM -- -$p; sleep {grace}; kill -KILL -- -$p) >/dev/null 2>&1 </dev/null & ;; " +
            "esac; done; exec >/dev/null 2>&1 </dev/null; [ -n \"${g# }\" ] || exit 0; " +
            $"for p in $g; do kill -TERM -- -$p; done; sleep {grace}; for p in $g; do kill -KILL -- -$p; done";
        var plain = $"if command -v bash >/dev/null; then exec bash --norc -c {ShellQuoting.Quote(Script("-t " + abandon))}; else {Script("")}; fi";
        return "exec /bin/sh -c " + ShellQuoting.Quote(plain);
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(3));
        try
        {
            while (await timer.WaitForNextTickAsync(_beat.Token))
                await TellKeeperAsync('.', 0);
        }
        catch (OperationCanceledException)
        {
            // The connection is closed or gone.
        }
    }

    // The keeper's output ends with it or with the connection; a master without a keeper is of no use.
    private async Task EndAsync()
    {
        var buffer = new char[256];
        try
        {
            while (await _process.StandardOutput.ReadAsync(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Ended all the same.
        }
        End(_process);
        await _process.WaitForExitAsync();
        await _beat.CancelAsync();
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
