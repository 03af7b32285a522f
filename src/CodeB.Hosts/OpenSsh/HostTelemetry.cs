using System.Diagnostics;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using Microsoft.Extensions.Logging;

namespace CodeB.Hosts.OpenSsh;

/// <summary>Spans and logs of remote calls. The source's name is <see cref="HostActivity.SourceName"/>.</summary>
internal sealed partial class HostTelemetry(ILogger<HostTelemetry> logger)
{
    public Activity? StartCommand(ServerEndpoint server, Command command)
    {
        var activity = HostActivity.Source.StartActivity("host.command", ActivityKind.Client);
        activity?.SetTag("server.address", server.Address);
        activity?.SetTag("server.port", server.Port);
        activity?.SetTag("codeb.server", server.Name);
        activity?.SetTag("codeb.command.program", command.Program);
        activity?.SetTag("codeb.command", CommandText.Display(command));
        return activity;
    }

    public void Ended(Activity? activity, ServerEndpoint server, Command command, int exitCode, TimeSpan took)
    {
        activity?.SetTag("codeb.command.exit_code", exitCode);
        CommandEnded(server.Name, command.Program, exitCode, took.TotalMilliseconds);
    }

    public void Failed(Activity? activity, ServerEndpoint server, Command command, Exception error, TimeSpan took)
    {
        var kind = error is HostException host ? host.Failure.ToString() : error.GetType().Name;
        activity?.SetStatus(ActivityStatusCode.Error, kind);
        activity?.SetTag("error.type", kind);
        CommandFailed(server.Name, CommandText.Display(command), kind, took.TotalMilliseconds);
    }

    public void Connected(ServerEndpoint server, SshMaster master)
    {
        ConnectionOpened(server.Name, server.Address, server.Port);
        _ = master.Ended.ContinueWith(_ => ConnectionEnded(server.Name, master.Errors.Trim()), TaskScheduler.Default);
    }

    [LoggerMessage(LogLevel.Debug, "{Server}: {Program} ended with {ExitCode} after {Milliseconds:0.0} ms")]
    private partial void CommandEnded(string server, string program, int exitCode, double milliseconds);

    [LoggerMessage(LogLevel.Information, "{Server}: {Command} failed ({Kind}) after {Milliseconds:0.0} ms")]
    private partial void CommandFailed(string server, string command, string kind, double milliseconds);

    [LoggerMessage(LogLevel.Information, "{Server}: connected to {Address}:{Port}")]
    private partial void ConnectionOpened(string server, string address, int port);

    [LoggerMessage(LogLevel.Information, "{Server}: the connection ended. {Said}")]
    private partial void ConnectionEnded(string server, string said);
}

/// <summary>The activity source of remote commands, for those who set up tracing.</summary>
public static class HostActivity
{
    public const string SourceName = "CodeB.Hosts";

    internal static ActivitySource Source { get; } = new(SourceName);
}
