using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;

namespace CodeB.Cli.Delivery;

/// <summary><c>we cleanup</c>.</summary>
internal static class CleanUpCommand
{
    public static WeCommand Create(CommandRunner runner)
    {
        var (project, environment, dryRun) = (Inputs.Project(), Inputs.Environment(), Inputs.DryRun());
        var force = new Option<bool>("--force") { Description = "give up a rollback whose time has not ended" };
        var command = new WeCommand(
            "cleanup", "empty the slot without the traffic", "we cleanup worb", "we cleanup worb -e staging --force", "we cleanup worb --dry-run")
        {
            project, environment, force, dryRun,
        };
        return runner.Handle(command, we =>
        {
            var request = new CleanUpRequest
            {
                Project = we.Get(project),
                Environment = we.Get(environment),
                Force = we.Get(force),
                DryRun = we.Get(dryRun),
            };
            var client = new SlotService.SlotServiceClient(we.Channel);
            return OperationFollower.FollowAsync(we, options => client.CleanUp(request, options), request.DryRun);
        });
    }
}
