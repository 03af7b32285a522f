using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Delivery;

/// <summary><c>we history</c>: which versions there were, and how each ended.</summary>
internal static class HistoryCommand
{
    public static WeCommand Create(CommandRunner runner)
    {
        var (project, environment) = (Inputs.Project(), Inputs.Environment());
        var limit = new Option<int>("--limit") { Description = "at most so many (default: all that are kept)", HelpName = "N" };
        var command = new WeCommand(
            "history", "versions that were deployed, newest first, and how each ended", "we history worb", "we history worb -e staging --limit 10")
        {
            project, environment, limit,
        };
        return runner.Handle(command, async we =>
        {
            var request = new GetHistoryRequest { Project = we.Get(project), Environment = we.Get(environment), Limit = we.Get(limit) };
            var answer = await new SlotService.SlotServiceClient(we.Channel).GetHistoryAsync(request, we.Call);
            return we.Show(answer, () =>
            {
                if (answer.Releases.Count == 0)
                    we.Line($"nothing was deployed yet; `we deploy {request.Project} VERSION`");
                else
                    SlotText.WriteHistory(we.Terminal, answer.Releases);
            });
        });
    }
}
