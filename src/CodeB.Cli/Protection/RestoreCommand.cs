using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;

namespace CodeB.Cli.Protection;

/// <summary><c>we restore</c>: it overwrites data, so it asks first.</summary>
internal static class RestoreCommand
{
    public static WeCommand Create(CommandRunner runner)
    {
        var (project, set, environment) = (Inputs.Project(), Inputs.Set(), Inputs.Environment());
        var (components, dryRun) = (Inputs.Components(), Inputs.DryRun());
        var yes = new Option<bool>("--yes", "-y") { Description = "do not ask; what is there now is overwritten" };
        var preview = new Option<bool>("--preview") { Description = "show what would differ, file by file (config); touch nothing" };
        var command = new WeCommand(
            "restore",
            "bring a project's data back from a backup set",
            "we restore worb --dry-run",
            "we restore worb latest --yes",
            "we restore worb worb_backup_20261121_030000 --component postgres",
            "we restore worb latest --component config --preview")
        {
            project, set, environment, components, dryRun, preview, yes,
        };
        return runner.Handle(command, async we =>
        {
            if (we.Get(preview))
            {
                var asked = new PreviewRestoreRequest { Project = we.Get(project), Environment = we.Get(environment), Set = we.Get(set) };
                asked.Components.AddRange(we.Get(components));
                return await PreviewText.ShowAsync(we, asked);
            }

            var request = new RestoreRequest
            {
                Project = we.Get(project),
                Environment = we.Get(environment),
                Set = we.Get(set),
                DryRun = we.Get(dryRun),
            };
            request.Components.AddRange(we.Get(components));
            var client = new BackupService.BackupServiceClient(we.Channel);
            if (!request.DryRun && !we.Get(yes))
                await ConfirmAsync(we, client, request);
            return await OperationFollower.FollowAsync(we, options => client.Restore(request, options), request.DryRun);
        });
    }

    /// <summary>Shows what would be overwritten with what, and settles which set "latest" is, so that the answer is about that one.</summary>
    private static async Task ConfirmAsync(Invocation we, BackupService.BackupServiceClient client, RestoreRequest request)
    {
        if (we.Json || !we.Terminal.CanAsk)
        {
            throw CommandException.Refused(
                $"restore overwrites data of {request.Project}/{request.Environment}, and there is nobody to ask; nothing was touched",
                $"type it with --yes to do it, or with --dry-run to see what it would do: `{Typed(request)} --yes`");
        }

        var set = await client.GetSetAsync(new GetSetRequest { Project = request.Project, Set = request.Set }, we.Call);
        request.Set = set.Id;
        var components = request.Components.Count > 0 ? string.Join(", ", request.Components) : SetText.Components(set);
        we.Line($"{components} of {request.Project}/{request.Environment} will be overwritten with set {set.Id} of {Units.Instant(set.CreatedAt)}.");
        await we.Terminal.Output.WriteAsync("Type the project's name to go on: ");
        await we.Terminal.Output.FlushAsync();
        var answer = await we.ReadAsync(input => input.ReadLine());
        if (answer?.Trim() != request.Project)
            throw CommandException.Refused("not confirmed; nothing was touched", $"`{Typed(request)} --dry-run` shows what it would do");
    }

    private static string Typed(RestoreRequest request) =>
        $"we restore {request.Project} {request.Set}"
        + (request.Environment == "production" ? "" : $" -e {request.Environment}")
        + string.Concat(request.Components.Select(component => $" --component {component}"));
}
