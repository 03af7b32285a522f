using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Delivery;

/// <summary><c>we slots</c>: what is in the slots, of all, of one project, or of one environment in detail.</summary>
internal static class SlotsCommand
{
    public static WeCommand Create(CommandRunner runner)
    {
        var project = new Argument<string>("PROJECT") { Description = "only this project (default: all)", DefaultValueFactory = _ => "" };
        var environment = new Option<string?>("--environment", "-e") { Description = "only this environment, in detail", HelpName = "NAME" };
        var command = new WeCommand("slots", "what is in the slots", "we slots", "we slots worb", "we slots worb -e production")
        {
            project, environment,
        };
        return runner.Handle(command, async we =>
        {
            var client = new SlotService.SlotServiceClient(we.Channel);
            if (we.Get(environment) is { } one)
            {
                if (we.Get(project).Length == 0)
                    throw CommandException.Usage("--environment needs the PROJECT that it belongs to", $"we slots PROJECT -e {one}", "project");
                var request = new GetSlotPairRequest { Project = we.Get(project), Environment = one };
                var pair = await client.GetSlotPairAsync(request, we.Call);
                return we.Show(pair, () => SlotText.Write(we.Terminal, pair));
            }

            var answer = await client.ListSlotPairsAsync(new ListSlotPairsRequest { Project = we.Get(project) }, we.Call);
            return we.Show(answer, () =>
            {
                if (answer.SlotPairs.Count == 0)
                    we.Line("no slots; `we project create --help`");
                else
                    SlotText.WriteTable(we.Terminal, answer.SlotPairs);
            });
        });
    }
}
