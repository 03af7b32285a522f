using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;

namespace CodeB.Cli.Insight;

/// <summary><c>we operation</c>: what CodeB did and is doing.</summary>
internal static class OperationCommands
{
    public static WeCommand Create(CommandRunner runner)
    {
        var group = new WeCommand("operation", "what CodeB did and is doing");
        group.Subcommands.Add(List(runner));
        group.Subcommands.Add(Show(runner));
        group.Subcommands.Add(Watch(runner));
        group.Subcommands.Add(Cancel(runner));
        return group;
    }

    private static WeCommand List(CommandRunner runner)
    {
        var target = new Argument<string>("TARGET")
        {
            Description = "a project, a server, or an environment such as worb/production (default: all)",
            DefaultValueFactory = _ => "",
        };
        var running = new Option<bool>("--running") { Description = "only those that have not finished" };
        var limit = new Option<int>("--limit") { Description = "at most so many (default: 50)", HelpName = "N" };
        var command = new WeCommand("list", "operations, newest first", "we operation list --running", "we operation list worb/production")
        {
            target, running, limit,
        };
        return runner.Handle(command, async we =>
        {
            var request = new ListOperationsRequest { Target = we.Get(target), RunningOnly = we.Get(running), Limit = we.Get(limit) };
            var answer = await Client(we).ListOperationsAsync(request, we.Call);
            return we.Show(answer, () =>
            {
                if (answer.Operations.Count == 0)
                    we.Line(request.RunningOnly ? "nothing is under way" : "no operations");
                else
                    OperationText.WriteTable(we.Terminal, answer.Operations);
            });
        });
    }

    private static WeCommand Show(CommandRunner runner)
    {
        var id = Id();
        return runner.Handle(new WeCommand("show", "one operation with its steps") { id }, async we =>
        {
            var operation = await Client(we).GetOperationAsync(new GetOperationRequest { Id = we.Get(id) }, we.Call);
            return we.Show(operation, () => OperationText.Write(we.Terminal, operation));
        });
    }

    private static WeCommand Watch(CommandRunner runner)
    {
        var id = Id();
        return runner.Handle(new WeCommand("watch", "follow an operation to its end; the exit code is the operation's") { id }, we =>
            OperationFollower.FollowAsync(we, options => Client(we).WatchOperation(new GetOperationRequest { Id = we.Get(id) }, options)));
    }

    private static WeCommand Cancel(CommandRunner runner)
    {
        var id = Id();
        return runner.Handle(new WeCommand("cancel", "stop a running operation and undo what it has done") { id }, async we =>
        {
            var operation = await Client(we).CancelOperationAsync(new GetOperationRequest { Id = we.Get(id) }, we.Call);
            return we.Show(operation, () => we.Line(
                $"{operation.Kind} {operation.Target} was asked to stop and is {Units.Word(operation.State)}; `we operation watch {operation.Id}` follows it"));
        });
    }

    private static Argument<string> Id() => new("ID") { Description = "id of the operation; `we operation list` shows them" };

    private static OperationService.OperationServiceClient Client(Invocation we) => new(we.Channel);
}
