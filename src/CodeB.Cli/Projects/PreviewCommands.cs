using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.Cli.Progress;
using CodeB.V1;
using Google.Protobuf.WellKnownTypes;

namespace CodeB.Cli.Projects;

/// <summary><c>we preview</c>: environments that come and go with a branch.</summary>
internal static class PreviewCommands
{
    public static WeCommand Create(CommandRunner runner)
    {
        var group = new WeCommand("preview", "environments that come and go with a branch");
        group.Subcommands.Add(CreatePreview(runner));
        group.Subcommands.Add(List(runner));
        group.Subcommands.Add(Remove(runner));
        return group;
    }

    private static WeCommand CreatePreview(CommandRunner runner)
    {
        var (project, branch) = (Inputs.Project(), Branch());
        var lifetime = new Option<string?>("--lifetime") { Description = "when it is removed by itself, such as 12h or 7d (default: 7d)", HelpName = "TIME" };
        var server = new Option<string?>("--server") { Description = "where it runs (default: staging's server, else production's)", HelpName = "SERVER" };
        var domain = new Option<string?>("--domain") { Description = "its domain (default: its name before the project's domain)", HelpName = "DOMAIN" };
        var blind = new Option<bool>("--without-looking") { Description = "allot ports without a look at the server" };
        var dryRun = new Option<bool>("--dry-run") { Description = "say what it would get; change nothing" };
        var command = new WeCommand(
            "create",
            "add an environment for a branch, or extend its lifetime; its ENV begins as a copy of staging's",
            "we preview create worb feature/login",
            "we preview create worb pr-42 --lifetime 12h --domain login.worb.example.com")
        {
            project, branch, lifetime, server, domain, blind, dryRun,
        };
        return runner.Handle(command, async we =>
        {
            var request = new CreatePreviewRequest
            {
                Project = we.Get(project),
                Branch = we.Get(branch),
                Lifetime = we.Get(lifetime) is { } text ? Duration.FromTimeSpan(Lifetime(text)) : null,
                Server = we.Get(server) ?? "",
                Domain = we.Get(domain) ?? "",
                WithoutLooking = we.Get(blind),
                DryRun = we.Get(dryRun),
            };
            var preview = await Client(we).CreatePreviewAsync(request, we.Call);
            return we.Show(preview, () =>
            {
                we.Line(request.DryRun
                    ? $"{preview.Name} would serve {preview.Branch} as {preview.Domain} on {preview.Server}; nothing was changed"
                    : $"{preview.Name} is the preview of {preview.Branch} until {Units.Instant(preview.ExpiresAt)}: {preview.Domain} on {preview.Server}");
                if (!request.DryRun)
                    we.Line($"deploy to it with `we deploy {request.Project} VERSION -e {preview.Name}`");
            });
        });
    }

    private static WeCommand List(CommandRunner runner)
    {
        var project = new Argument<string?>("PROJECT") { Description = "only this project's", Arity = ArgumentArity.ZeroOrOne };
        return runner.Handle(new WeCommand("list", "all previews, and when they end") { project }, async we =>
        {
            var answer = new ListProjectsResponse();
            if (we.Get(project) is { } name)
                answer.Projects.Add(await Client(we).GetProjectAsync(new GetProjectRequest { Name = name }, we.Call));
            else
                answer = await Client(we).ListProjectsAsync(new ListProjectsRequest(), we.Call);

            // Only previews are left, so that both forms show the same.
            foreach (var shown in answer.Projects)
            {
                foreach (var lasting in shown.Environments.Where(e => e.Branch.Length == 0).ToList())
                    shown.Environments.Remove(lasting);
            }

            foreach (var without in answer.Projects.Where(p => p.Environments.Count == 0).ToList())
                answer.Projects.Remove(without);
            return we.Show(answer, () => Write(we, answer));
        });
    }

    private static WeCommand Remove(CommandRunner runner)
    {
        var (project, branch, dryRun) = (Inputs.Project(), Branch(), Inputs.DryRun());
        var command = new WeCommand("remove", "remove a preview with everything that runs in it", "we preview remove worb feature/login")
        {
            project, branch, dryRun,
        };
        return runner.Handle(command, we =>
        {
            var request = new RemovePreviewRequest { Project = we.Get(project), Branch = we.Get(branch), DryRun = we.Get(dryRun) };
            return OperationFollower.FollowAsync(we, options => Client(we).RemovePreview(request, options), request.DryRun);
        });
    }

    private static void Write(Invocation we, ListProjectsResponse answer)
    {
        if (answer.Projects.Count == 0)
        {
            we.Line("no previews; `we preview create --help` shows how to make one");
            return;
        }

        var columns = new Columns("PROJECT", "BRANCH", "ENVIRONMENT", "SERVER", "DOMAIN", "ENDS");
        foreach (var project in answer.Projects)
        {
            foreach (var preview in project.Environments)
                columns.Add(project.Name, preview.Branch, preview.Name, preview.Server, preview.Domain, Units.Instant(preview.ExpiresAt));
        }

        columns.WriteTo(we.Terminal);
    }

    /// <summary>Hours and days beside the units of every other time.</summary>
    private static TimeSpan Lifetime(string text)
    {
        var (number, unit) = text switch
        {
            _ when text.EndsWith('d') => (text[..^1], TimeSpan.FromDays(1)),
            _ when text.EndsWith('h') => (text[..^1], TimeSpan.FromHours(1)),
            _ => ("", TimeSpan.Zero),
        };
        if (unit == TimeSpan.Zero)
            return ProjectInput.Time(text, "--lifetime", "lifetime");
        return int.TryParse(number, System.Globalization.NumberStyles.None, null, out var value) && value <= 10000
            ? value * unit
            : throw CommandException.Usage($"--lifetime '{text}' is no time", "write it like 12h or 7d", "lifetime");
    }

    private static Argument<string> Branch() => new("BRANCH") { Description = "the branch, such as feature/login" };

    private static ProjectService.ProjectServiceClient Client(Invocation we) => new(we.Channel);
}
