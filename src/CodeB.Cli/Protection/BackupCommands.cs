using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;

namespace CodeB.Cli.Protection;

/// <summary><c>we backup</c>: writes and looks at backup sets.</summary>
internal static class BackupCommands
{
    public static WeCommand Create(CommandRunner runner)
    {
        var group = new WeCommand("backup", "backup sets: database, Redis and ENV of a project on another server");
        group.Subcommands.Add(Run(runner));
        group.Subcommands.Add(List(runner));
        group.Subcommands.Add(Show(runner));
        group.Subcommands.Add(Verify(runner));
        return group;
    }

    private static WeCommand Run(CommandRunner runner)
    {
        var (project, environment, components, dryRun) = (Inputs.Project(), Inputs.Environment(), Inputs.Components(), Inputs.DryRun());
        var command = new WeCommand("run", "write a backup set now", "we backup run worb", "we backup run worb --component postgres --component env")
        {
            project, environment, components, dryRun,
        };
        return runner.Handle(command, we =>
        {
            var request = new RunBackupRequest { Project = we.Get(project), Environment = we.Get(environment), DryRun = we.Get(dryRun) };
            request.Components.AddRange(we.Get(components));
            return OperationFollower.FollowAsync(we, options => Client(we).RunBackup(request, options), request.DryRun);
        });
    }

    private static WeCommand List(CommandRunner runner)
    {
        var project = Inputs.Project();
        return runner.Handle(new WeCommand("list", "the sets of a project, newest first") { project }, async we =>
        {
            var answer = await Client(we).ListSetsAsync(new ListSetsRequest { Project = we.Get(project) }, we.Call);
            return we.Show(answer, () =>
            {
                if (answer.Sets.Count == 0)
                    we.Line($"{we.Get(project)} has no backup set yet; `we backup run {we.Get(project)}` writes one");
                else
                    SetText.WriteTable(we.Terminal, answer.Sets);
            });
        });
    }

    private static WeCommand Show(CommandRunner runner)
    {
        var (project, set) = (Inputs.Project(), Inputs.Set());
        return runner.Handle(new WeCommand("show", "one set with its files and checksums", "we backup show worb latest") { project, set }, async we =>
        {
            var found = await Client(we).GetSetAsync(new GetSetRequest { Project = we.Get(project), Set = we.Get(set) }, we.Call);
            return we.Show(found, () => SetText.Write(we.Terminal, found));
        });
    }

    private static WeCommand Verify(CommandRunner runner)
    {
        var (project, set) = (Inputs.Project(), Inputs.Set());
        var quick = new Option<bool>("--quick") { Description = "compare names and sizes only" };
        var command = new WeCommand(
            "verify", "read a set again, every byte; exit code 1 if something is wrong", "we backup verify worb", "we backup verify worb latest --quick")
        {
            project, set, quick,
        };
        return runner.Handle(command, we => VerifyFollower.FollowAsync(
            we, Client(we), new VerifySetRequest { Project = we.Get(project), Set = we.Get(set), Quick = we.Get(quick) }));
    }

    private static BackupService.BackupServiceClient Client(Invocation we) => new(we.Channel);
}
