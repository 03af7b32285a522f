using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Delivery;

/// <summary><c>we promote</c> and <c>we rollback</c>: which of the two slots serves.</summary>
internal static class SwitchCommands
{
    public static WeCommand Promote(CommandRunner runner) => Create(
        runner,
        new WeCommand("promote", "make the deployed slot active; the old one is kept for a rollback", "we promote worb", "we promote worb --dry-run"),
        (client, request, options) => client.Promote(request, options));

    public static WeCommand Rollback(CommandRunner runner) => Create(
        runner,
        new WeCommand("rollback", "make the previous slot active again", "we rollback worb", "we rollback worb -e staging"),
        (client, request, options) => client.Rollback(request, options));

    private static WeCommand Create(
        CommandRunner runner,
        WeCommand command,
        Func<SlotService.SlotServiceClient, SwitchRequest, CallOptions, AsyncServerStreamingCall<OperationUpdate>> call)
    {
        var (project, environment, dryRun) = (Inputs.Project(), Inputs.Environment(), Inputs.DryRun());
        command.Add(project);
        command.Add(environment);
        command.Add(dryRun);
        return runner.Handle(command, we =>
        {
            var request = new SwitchRequest { Project = we.Get(project), Environment = we.Get(environment), DryRun = we.Get(dryRun) };
            var client = new SlotService.SlotServiceClient(we.Channel);
            return OperationFollower.FollowAsync(we, options => call(client, request, options), request.DryRun);
        });
    }
}
