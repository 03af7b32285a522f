using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Registry;

/// <summary><c>we registry</c>: the app servers' copies of what CodeB knows.</summary>
internal static class RegistryCommands
{
    public static WeCommand Create(CommandRunner runner)
    {
        var group = new WeCommand("registry", "what CodeB knows of projects, ports and domains, and whether the servers agree");
        group.Subcommands.Add(Show(runner));
        group.Subcommands.Add(Check(runner));
        return group;
    }

    private static WeCommand Show(CommandRunner runner)
    {
        var server = new Argument<string?>("SERVER") { Description = "only this server's files", Arity = ArgumentArity.ZeroOrOne };
        var command = new WeCommand("show", "the files as they are exported to the app servers", "we registry show", "we registry show app --json")
        {
            server,
        };
        return runner.Handle(command, async we =>
        {
            var answer = await Client(we).ShowRegistryAsync(new ShowRegistryRequest { Server = we.Get(server) ?? "" }, we.Call);
            return we.Show(answer, () =>
            {
                if (answer.Files.Count == 0)
                    we.Line("no app server keeps a copy yet; `we server add --help` shows how to register one");
                foreach (var file in answer.Files)
                {
                    we.Line($"# {file.Server}: {file.Path}");
                    we.Line(file.Content.TrimEnd());
                    we.Line();
                }
            });
        });
    }

    private static WeCommand Check(CommandRunner runner)
    {
        var project = new Argument<string?>("PROJECT") { Description = "only what concerns this project", Arity = ArgumentArity.ZeroOrOne };
        var repair = new Option<bool>("--repair") { Description = "mend what can be mended without touching what serves" };
        var dryRun = new Option<bool>("--dry-run") { Description = "with --repair: say what would be mended and mend nothing" };
        var command = new WeCommand(
            "check",
            "compare the registry with what the servers really show; exit code 1 where they disagree",
            "we registry check",
            "we registry check worb --repair")
        {
            project, repair, dryRun,
        };
        return runner.Handle(command, async we =>
        {
            var request = new CheckRegistryRequest { Project = we.Get(project) ?? "", Repair = we.Get(repair), DryRun = we.Get(dryRun) };
            if (request is { DryRun: true, Repair: false })
                throw CommandException.Usage("--dry-run goes with --repair: a check alone changes nothing", "leave --dry-run out", "dry_run");
            var answer = await Client(we).CheckRegistryAsync(request, we.Call);
            we.Show(answer, () => Write(we, answer, request));
            return answer.Drifts.All(drift => drift.Repaired) ? ExitCode.Success : ExitCode.Failed;
        });
    }

    private static void Write(Invocation we, CheckRegistryResponse answer, CheckRegistryRequest request)
    {
        if (answer.Drifts.Count == 0)
        {
            we.Line("the servers show what the registry says");
            return;
        }

        foreach (var drift in answer.Drifts)
        {
            var state = drift.Repaired ? "repaired" : drift.Repairable ? request.DryRun ? "would be repaired" : "repairable" : "drift";
            we.Line($"{state}: {drift.Server}: {drift.Subject}: {drift.Message}");
            if (drift.Advice.Length > 0)
                we.Line($"  {drift.Advice}");
        }

        var open = answer.Drifts.Count(drift => !drift.Repaired);
        we.Line(open == 0 ? "all of it is repaired" : $"{open} of {answer.Drifts.Count} stand{(open == 1 ? "s" : "")} open"
            + (!request.Repair && answer.Drifts.Any(drift => drift.Repairable) ? "; `we registry check --repair` mends what is repairable" : ""));
    }

    private static RegistryService.RegistryServiceClient Client(Invocation we) => new(we.Channel);
}
