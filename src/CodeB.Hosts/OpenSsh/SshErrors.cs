using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Hosts.OpenSsh;

/// <summary>Every message a person gets when a server does not do as asked: host, command, cause, what to do next.</summary>
internal static class SshErrors
{
    private const int ShownErrorOutput = 2000;

    /// <summary>The name under which a server's key stands in its known_hosts file.</summary>
    public static string Alias(ServerEndpoint server) => "codeb-" + server.Name;

    public static HostException CannotConnect(ServerEndpoint server, string errors)
    {
        var (failure, cause, next) = errors switch
        {
            _ when Has("host key verification failed", "host identification has changed", "host key for", "no matching host key type") => (
                HostFailure.HostKeyMismatch, "it shows another host key than the pinned one",
                "If the server was installed anew, check its key there and register it again; otherwise somebody may stand in between"),
            _ when Has("permission denied", "too many authentication failures") => (
                HostFailure.Refused, $"the login as {server.User} was refused",
                $"Check that the public key stands in ~{server.User}/.ssh/authorized_keys"),
            _ when Has("connection refused") => (
                HostFailure.Refused, "the connection was refused", $"Check that sshd runs there and listens on port {server.Port}"),
            _ when Has("connection reset", "connection closed", "kex_exchange_identification", "no matching", "banner", "too many") => (
                HostFailure.Refused, "the other side broke off the login", "Check that an sshd answers there, and its log (journalctl -u ssh)"),
            _ when Has("could not resolve", "name or service not known") => (
                HostFailure.Unreachable, "its name cannot be resolved", "Check the registered address"),
            _ => (HostFailure.Unreachable, "there is no answer", "Check that it is on and its network is up"),
        };
        var said = errors.Trim();
        return new HostException(failure, server.Name, "connect",
            $"{server.Name} ({server.Address}:{server.Port}): {cause}. {next}." + (said.Length == 0 ? "" : $" ssh says: {End(said)}"), errorOutput: said);

        bool Has(params ReadOnlySpan<string> texts)
        {
            foreach (var text in texts)
            {
                if (errors.Contains(text, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
            return false;
        }
    }

    public static HostException Lost(ServerEndpoint server, Command command, string errorOutput, Exception? inner = null) => Build(
        HostFailure.ConnectionLost, server, command, "the connection broke while it ran; whether it finished is unknown. The next call connects anew",
        errorOutput, inner: inner);

    public static HostException NoSession(ServerEndpoint server, Command command, string reason) => Build(
        HostFailure.Refused, server, command, $"the server opened no session ({reason}). Check MaxSessions in its sshd_config", "");

    public static HostException TimedOut(ServerEndpoint server, Command command, string errorOutput) => Build(
        HostFailure.TimedOut, server, command, $"not finished after {command.Timeout.TotalSeconds:0.###} s, so its process group was ended", errorOutput);

    public static HostException Killed(ServerEndpoint server, Command command, string errorOutput, Exception? inner = null) => Build(
        HostFailure.CommandFailed, server, command, "ended by a signal before it could report an exit code", errorOutput, 137, inner);

    public static HostException Failed(ServerEndpoint server, Command command, Command part, int exitCode, string errorOutput, Exception? inner = null)
    {
        var of = ReferenceEquals(command, part) && command.PipeTo is null ? "" : $" of {part.Program}";
        var hint = exitCode switch
        {
            127 => ": the program is not installed there, or not on the PATH",
            126 => ": the program cannot be executed",
            125 => ": its folder or account does not exist there",
            > 128 => $": ended by signal {exitCode - 128}",
            _ => "",
        };
        return Build(HostFailure.CommandFailed, server, command, $"exit code {exitCode}{of}{hint}", errorOutput, exitCode, inner);
    }

    public static HostException TooMuchOutput(ServerEndpoint server, Command command, int limit) => Build(
        HostFailure.CommandFailed, server, command, $"it wrote more than {limit >> 20} MiB, so it was ended; read it as a stream", "");

    public static HostException InputNotRead(ServerEndpoint server, Command command, string errorOutput) => Build(
        HostFailure.CommandFailed, server, command, "it ended, without an error, before it had read all of its input", errorOutput, 0);

    private static HostException Build(
        HostFailure failure, ServerEndpoint server, Command command, string cause, string errorOutput, int? exitCode = null, Exception? inner = null)
    {
        var display = CommandText.Display(command);
        var said = CommandText.Redact(command, errorOutput).Trim();
        return new HostException(failure, server.Name, display,
            $"{server.Name}: {display}: {cause}." + (said.Length == 0 ? "" : $" It said: {End(said)}"), exitCode, said, inner);
    }

    private static string End(string text) => text.Length <= ShownErrorOutput ? text : "…" + text[^ShownErrorOutput..];
}
