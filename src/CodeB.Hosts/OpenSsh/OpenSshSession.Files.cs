using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CodeB.Domain.Errors;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Hosts.OpenSsh;

/// <content>Files, trees and forwarded ports.</content>
internal sealed partial class OpenSshSession
{
    private const int NoSuchFile = 44;

    // The length is checked before the rename: input that a broken connection cut short must not become the file.
    private const string WriteFileScript =
        """
        set -e
        mkdir -p -- "$(dirname -- "$1")"
        umask 077
        t="$1.codeb-$$"
        trap 'rm -f -- "$t"' EXIT
        dd of="$t" bs=64k iflag=fullblock conv=fsync status=none
        [ "$(stat -c %s -- "$t")" = "$3" ] || { echo "the content was cut short" >&2; exit 1; }
        if [ -e "$1" ]; then chown --reference="$1" -- "$t"; fi
        chmod "$2" -- "$t"
        mv -fT -- "$t" "$1"
        trap - EXIT
        sync -- "$(dirname -- "$1")"
        """;

    public async Task WriteFileAsync(string path, ReadOnlyMemory<byte> content, UnixFileMode mode, CancellationToken cancellationToken = default)
    {
        RequireAbsolute(path);
        var octal = Convert.ToString((int)mode, 8).PadLeft(4, '0');
        var length = content.Length.ToString(CultureInfo.InvariantCulture);
        await RunAsync(Command.Of("sh", "-c", WriteFileScript, "write-file", path, octal, length), content, cancellationToken);
    }

    public async Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken = default)
    {
        RequireAbsolute(path);
        var command = Command.Of("sh", "-c", $"[ -e \"$1\" ] || exit {NoSuchFile}; exec cat -- \"$1\"", "read-file", path) with
        {
            SuccessExitCodes = [0, NoSuchFile],
        };
        var (exitCode, output, _) = await RunForBytesAsync(command, default, cancellationToken);
        return exitCode == NoSuchFile ? null : output;
    }

    public Task CopyTreeToAsync(string localDirectory, string remoteDirectory, CancellationToken cancellationToken = default)
    {
        RequireAbsolute(remoteDirectory);
        return CopyTreeAsync(Local(localDirectory), $"codeb:{Folder(remoteDirectory)}", cancellationToken);
    }

    public Task CopyTreeFromAsync(string remoteDirectory, string localDirectory, CancellationToken cancellationToken = default)
    {
        RequireAbsolute(remoteDirectory);
        return CopyTreeAsync($"codeb:{Folder(remoteDirectory)}", Local(localDirectory), cancellationToken);
    }

    public async Task<IForwardedPort> ForwardAsync(ForwardTarget target, CancellationToken cancellationToken = default)
    {
        var (remote, port) = target switch
        {
            { SocketPath: { } path } => (path, (int?)null),
            { Host: { } host, Port: > 0 and < 65536 } => (host, target.Port),
            _ => throw DomainException.Invalid("target", "name a host and a port between 1 and 65535, or a socket file"),
        };
        for (var attempt = 1; ; attempt++)
        {
            var master = await connections.AnyAsync(cancellationToken);
            var local = FreePort();
            try
            {
                await MuxConnection.ForwardAsync(master.ControlPath, open: true, local, remote, port, cancellationToken);
                return new ForwardedPort(master, local, remote, port);
            }
            catch (Exception e) when (e is MuxRefusedException or SocketException or EndOfStreamException)
            {
                // Somebody took the port in between, or the connection has just gone: both pass.
                if (attempt < 5)
                    continue;
                throw new HostException(HostFailure.Refused, server.Name, "forward",
                    $"{server.Name}: cannot forward a port to {remote}: {e.Message}. Check AllowTcpForwarding and AllowStreamLocalForwarding in its sshd_config.", inner: e);
            }
        }
    }

    private async Task CopyTreeAsync(string from, string to, CancellationToken cancellationToken)
    {
        using var place = await connections.TakeAsync(cancellationToken);
        var display = Command.Of("rsync", from, to);
        using var activity = telemetry.StartCommand(server, display);
        // Should the master go, ssh would silently connect by itself, without our settings: the proxy command forbids it.
        var shell = $"{options.SshProgram} -S {place.Master.ControlPath} -o ControlMaster=no -o ProxyCommand=/bin/false -o BatchMode=yes";
        var start = new ProcessStartInfo(options.RsyncProgram) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["-aHs", "--delete", "--numeric-ids", "--mkpath", "--timeout=60", "-e", shell, "--", from, to])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // rsync's other half ends when its connection does.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        await output;
        if (process.ExitCode == 0)
            return;
        await place.Master.Ended.WaitAsync(TimeSpan.FromSeconds(1), CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var error = place.Master.IsAlive
            ? SshErrors.Failed(server, display, display, process.ExitCode, await errors)
            : SshErrors.Lost(server, display, await errors);
        telemetry.Failed(activity, server, display, error, TimeSpan.Zero);
        throw error;
    }

    private static string Folder(string path) => path.EndsWith('/') ? path : path + "/";

    // A path with a colon would read as another host; an absolute one never does.
    private static string Local(string path) => Folder(Path.GetFullPath(path));

    private static void RequireAbsolute(string path)
    {
        if (!path.StartsWith('/') || path.Contains('\0'))
            throw DomainException.Invalid("path", $"'{path}' is not an absolute path");
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private sealed class ForwardedPort(SshMaster master, int localPort, string remote, int? remotePort) : IForwardedPort
    {
        public int LocalPort => localPort;

        public async ValueTask DisposeAsync()
        {
            try
            {
                if (master.IsAlive)
                    await MuxConnection.ForwardAsync(master.ControlPath, open: false, localPort, remote, remotePort, CancellationToken.None);
            }
            catch (Exception e) when (e is MuxRefusedException or SocketException or EndOfStreamException)
            {
                // The forwarding has gone with its connection.
            }
        }
    }
}
