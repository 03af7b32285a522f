using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;

namespace CodeB.Cli.Delivery;

/// <summary><c>we deploy</c>.</summary>
internal static class DeployCommand
{
    public static WeCommand Create(CommandRunner runner)
    {
        var (project, environment, dryRun) = (Inputs.Project(), Inputs.Environment(), Inputs.DryRun());
        var version = new Argument<string>("VERSION") { Description = "version to start, such as 1.4.0" };
        var image = new Option<string?>("--image") { Description = "image to start, where its name does not follow from the version", HelpName = "REF" };
        var snapshot = new Option<bool>("--snapshot")
        {
            Description = "take a backup set first; the active version keeps its id for 'we rollback --restore-db'",
        };
        var command = new WeCommand(
            "deploy",
            "start a version in the idle slot and wait until it is healthy",
            "we deploy worb 1.4.0",
            "we deploy worb 1.4.0 --image localhost/worb:1.4.0 -e staging",
            "we deploy worb 1.4.0 --snapshot",
            "we deploy worb 1.4.0 --dry-run")
        {
            project, version, environment, image, snapshot, dryRun,
        };
        return runner.Handle(command, we =>
        {
            var request = new DeployRequest
            {
                Project = we.Get(project),
                Environment = we.Get(environment),
                Version = we.Get(version),
                Image = we.Get(image) ?? "",
                Snapshot = we.Get(snapshot),
                DryRun = we.Get(dryRun),
            };
            var client = new SlotService.SlotServiceClient(we.Channel);
            return OperationFollower.FollowAsync(we, options => client.Deploy(request, options), request.DryRun);
        });
    }
}
