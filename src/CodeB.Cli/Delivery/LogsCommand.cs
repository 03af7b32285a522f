using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Delivery;

/// <summary><c>we logs</c>.</summary>
internal static class LogsCommand
{
    public static WeCommand Create(CommandRunner runner)
    {
        var (project, environment) = (Inputs.Project(), Inputs.Environment());
        var slot = new Option<string?>("--slot") { Description = "blue or green (default: the active one, or what was deployed first)", HelpName = "SLOT" };
        var lines = new Option<int>("--lines", "-n") { Description = "how many of the last lines", HelpName = "N", DefaultValueFactory = _ => 100 };
        var follow = new Option<bool>("--follow", "-f") { Description = "go on with new lines until Ctrl-C" };
        var command = new WeCommand(
            "logs", "what a slot's container writes, without the values of its ENV", "we logs worb", "we logs worb --slot green -n 20", "we logs worb -f")
        {
            project, environment, slot, lines, follow,
        };
        return runner.Handle(command, async we =>
        {
            var request = new GetLogsRequest
            {
                Project = we.Get(project),
                Environment = we.Get(environment),
                Slot = we.Get(slot) ?? "",
                Lines = we.Get(lines),
                Follow = we.Get(follow),
            };
            using var call = new SlotService.SlotServiceClient(we.Channel).GetLogs(request, we.Stream);
            try
            {
                while (await call.ResponseStream.MoveNext(we.Interrupted))
                {
                    if (we.Json)
                        we.WriteJson(call.ResponseStream.Current);
                    else
                        we.Line(call.ResponseStream.Current.Text);
                }
            }
            catch (Exception error) when (request.Follow && we.Interrupted.IsCancellationRequested && error is RpcException or OperationCanceledException)
            {
                // Ctrl-C is how a log that is followed ends.
                return ExitCode.Interrupted;
            }

            return ExitCode.Success;
        });
    }
}
