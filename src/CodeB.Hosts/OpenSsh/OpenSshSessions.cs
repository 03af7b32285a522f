using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CodeB.Domain.Errors;
using CodeB.Hosts.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CodeB.Hosts.OpenSsh;

/// <summary>
/// Sessions over the OpenSSH client. A server is known by its name: asking for the same name with another address or key
/// closes the old connections.
/// </summary>
public sealed partial class OpenSshSessions : IHostSessions
{
    // Under a socket's 108 bytes: the folder, a number for the server, one for the connection, and ssh's own random suffix.
    private const int LongestControlDirectory = 70;

    private readonly OpenSshOptions _options;
    private readonly HostTelemetry _telemetry;
    private readonly string _directory;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private int _servers;
    private bool _disposed;

    public OpenSshSessions(IOptions<OpenSshOptions> options, ILoggerFactory? loggers = null)
    {
        _options = options.Value;
        _telemetry = new HostTelemetry((loggers ?? NullLoggerFactory.Instance).CreateLogger<HostTelemetry>());
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("sessions hand file descriptors to ssh, which Windows does not know; run the control plane on Linux");
        _directory = _options.ControlDirectory is { } directory
            ? Directory.CreateDirectory(Path.GetFullPath(directory), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName
            : NewTemporaryDirectory();
        if (Encoding.UTF8.GetByteCount(_directory) > LongestControlDirectory || !PlainPath().IsMatch(_directory))
            throw new OptionsValidationException(nameof(OpenSshOptions), typeof(OpenSshOptions),
                [$"ControlDirectory '{_directory}' must be a plain path of at most {LongestControlDirectory} bytes, for it holds sockets"]);
    }

    public IHostSession For(ServerEndpoint server)
    {
        Check(server);
        Entry? outdated;
        Entry entry;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_entries.TryGetValue(server.Name, out outdated) && outdated.Session.Server == server)
                return outdated.Session;
            entry = Create(server);
            _entries[server.Name] = entry;
        }
        if (outdated is not null)
            _ = CloseAsync(outdated);
        return entry.Session;
    }

    public async Task<string> ScanHostKeyAsync(string address, int port, CancellationToken cancellationToken = default)
    {
        if (!AddressText().IsMatch(address))
            throw DomainException.Invalid("address", $"'{address}' is not a host name or address");
        var start = new ProcessStartInfo(_options.KeyScanProgram) { RedirectStandardOutput = true, RedirectStandardError = true };
        var seconds = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(_options.ConnectTimeout.TotalSeconds)}");
        foreach (var argument in (string[])["-T", seconds, "-p", port.ToString(CultureInfo.InvariantCulture), "-t", "ed25519,ecdsa,rsa", "--", address])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
        var key = (await output).Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', 3))
            .Where(fields => fields.Length == 3)
            .OrderBy(fields => fields[1] switch { "ssh-ed25519" => 0, "ssh-rsa" => 2, _ => 1 })
            .Select(fields => $"{fields[1]} {fields[2].Trim()}")
            .FirstOrDefault();
        if (key is not null)
            return key;
        var said = string.Join(" ", (await errors).Split('\n').Where(line => line.Length > 0 && line[0] != '#'));
        var failure = said.Contains("refused", StringComparison.OrdinalIgnoreCase) ? HostFailure.Refused : HostFailure.Unreachable;
        throw new HostException(failure, address, "scan host key",
            $"{address}:{port} shows no host key. Check that it is on and that sshd listens on port {port}." + (said.Length == 0 ? "" : $" ssh-keyscan says: {said}"));
    }

    public async Task CloseAsync(string serverName)
    {
        Entry? entry;
        lock (_lock)
            _entries.Remove(serverName, out entry);
        if (entry is not null)
            await CloseAsync(entry);
    }

    public async ValueTask DisposeAsync()
    {
        List<Entry> entries;
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            entries = [.. _entries.Values];
            _entries.Clear();
        }
        await Task.WhenAll(entries.Select(CloseAsync));
        if (_options.ControlDirectory is null)
            Directory.Delete(_directory, recursive: true);
    }

    // A killed process cannot remove its folder; the next one does.
    private static string NewTemporaryDirectory()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), "codeb-ssh-*"))
        {
            var fields = Path.GetFileName(folder).Split('-');
            if (fields.Length != 4 || !int.TryParse(fields[2], out var process) || Directory.Exists($"/proc/{process}"))
                continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process was quicker, or it belongs to another account.
            }
        }
        return Directory.CreateTempSubdirectory($"codeb-ssh-{Environment.ProcessId}-").FullName;
    }

    private Entry Create(ServerEndpoint server)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{_directory}/{Environment.ProcessId}.{++_servers}.");
        var knownHosts = prefix + "known";
        File.WriteAllText(knownHosts, $"{SshErrors.Alias(server)} {server.HostKey.Trim()}\n");
        var connections = new SshConnections(server, _options, prefix, knownHosts, _telemetry);
        return new Entry(new OpenSshSession(server, connections, _options, _telemetry), connections, knownHosts);
    }

    private static async Task CloseAsync(Entry entry)
    {
        await entry.Connections.DisposeAsync();
        File.Delete(entry.KnownHosts);
    }

    private static void Check(ServerEndpoint server)
    {
        if (!ServerText().IsMatch(server.Name))
            throw DomainException.Invalid("name", $"'{server.Name}' is not a server's name");
        if (!AddressText().IsMatch(server.Address))
            throw DomainException.Invalid("address", $"'{server.Address}' is not a host name or address");
        if (!ServerText().IsMatch(server.User))
            throw DomainException.Invalid("user", $"'{server.User}' is not an account name");
        if (server.Port is < 1 or > 65535)
            throw DomainException.Invalid("port", $"{server.Port} is not between 1 and 65535");
        if (!KeyText().IsMatch(server.HostKey.Trim()))
            throw DomainException.Invalid("host_key", "a host key reads like 'ssh-ed25519 AAAA…'; ssh-keyscan prints it after the host");
    }

    private sealed record Entry(OpenSshSession Session, SshConnections Connections, string KnownHosts);

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$")]
    private static partial Regex ServerText();

    [GeneratedRegex("^[A-Za-z0-9:][A-Za-z0-9.:%_-]{0,254}$")]
    private static partial Regex AddressText();

    [GeneratedRegex("^[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [^\n]*)?$")]
    private static partial Regex KeyText();

    [GeneratedRegex("^[A-Za-z0-9/_.+-]+$")]
    private static partial Regex PlainPath();
}
