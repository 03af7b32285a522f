using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;
using Google.Protobuf.WellKnownTypes;

namespace CodeB.Cli.Delivery;

/// <summary><c>we promote</c> and <c>we rollback</c>: which of the two slots serves.</summary>
internal static class SwitchCommands
{
    public static WeCommand Promote(CommandRunner runner)
    {
        var (project, environment, dryRun) = (Inputs.Project(), Inputs.Environment(), Inputs.DryRun());
        var watch = new Option<string?>("--watch")
        {
            Description = "how long the new version is watched; if it fails, CodeB goes back by itself (0: not at all; default: the installation's)",
            HelpName = "TIME",
        };
        var command = new WeCommand(
            "promote",
            "make the deployed slot active and watch it; the old one is kept for a rollback",
            "we promote worb",
            "we promote worb --watch 30s",
            "we promote worb --dry-run")
        {
            project, environment, watch, dryRun,
        };
        return runner.Handle(command, we =>
        {
            var request = new PromoteRequest
            {
                Project = we.Get(project),
                Environment = we.Get(environment),
                DryRun = we.Get(dryRun),
                Watch = we.Get(watch) is { } time ? Durations.Parse(time, "--watch").ToDuration() : null,
            };
            var client = new SlotService.SlotServiceClient(we.Channel);
            return OperationFollower.FollowAsync(we, options => client.Promote(request, options), request.DryRun);
        });
    }

    public static WeCommand Rollback(CommandRunner runner)
    {
        var (project, environment, dryRun) = (Inputs.Project(), Inputs.Environment(), Inputs.DryRun());
        var database = new Option<bool>("--restore-db")
        {
            Description = "bring its database back too; what is live is kept, and the same command brings it back in turn",
        };
        var redis = new Option<bool>("--restore-redis") { Description = "bring its Redis back too, the same way" };
        var command = new WeCommand(
            "rollback",
            "make the previous slot active again",
            "we rollback worb",
            "we rollback worb -e staging",
            "we rollback worb --restore-db --restore-redis --dry-run")
        {
            project, environment, database, redis, dryRun,
        };
        return runner.Handle(command, we =>
        {
            var request = new RollbackRequest
            {
                Project = we.Get(project),
                Environment = we.Get(environment),
                RestoreDb = we.Get(database),
                RestoreRedis = we.Get(redis),
                DryRun = we.Get(dryRun),
            };
            var client = new SlotService.SlotServiceClient(we.Channel);
            return OperationFollower.FollowAsync(we, options => client.Rollback(request, options), request.DryRun);
        });
    }
}
