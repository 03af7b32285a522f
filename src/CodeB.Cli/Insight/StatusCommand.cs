using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Insight;

/// <summary><c>we status</c>: the whole at a glance, or one project's part of it.</summary>
internal static class StatusCommand
{
    public static WeCommand Create(CommandRunner runner)
    {
        var project = new Argument<string>("PROJECT") { Description = "only this project and its servers (default: all)", DefaultValueFactory = _ => "" };
        var check = new Option<bool>("--check") { Description = "log in to every server now, instead of showing the last check" };
        var command = new WeCommand(
            "status", "servers, slots, backups and operations at a glance", "we status", "we status worb --check")
        {
            project, check,
        };
        return runner.Handle(command, async we =>
        {
            // Asked first, so that an unknown project is an error and not an empty status.
            var only = we.Get(project) is { Length: > 0 } name
                ? await new ProjectService.ProjectServiceClient(we.Channel).GetProjectAsync(new GetProjectRequest { Name = name }, we.Call)
                : null;
            var client = new StatusService.StatusServiceClient(we.Channel);
            var status = await client.GetStatusAsync(new GetStatusRequest { CheckServers = we.Get(check) }, we.Call);
            if (only is not null)
                status = StatusFilter.Of(status, only);
            return we.Show(status, () => StatusText.Write(we.Terminal, status));
        });
    }
}
