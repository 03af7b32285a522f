using System.CommandLine;
using System.CommandLine.Help;
using CodeB.Cli.Core;
using CodeB.Cli.Delivery;
using CodeB.Cli.Env;
using CodeB.Cli.Insight;
using CodeB.Cli.Projects;
using CodeB.Cli.Protection;
using CodeB.Cli.Registry;
using CodeB.Cli.Servers;

namespace CodeB.Cli;

/// <summary>The program <c>we</c>: all its commands, and one call from arguments to exit code.</summary>
public static class WeProgram
{
    /// <param name="arguments">As the shell gave them.</param>
    /// <param name="terminal">Where the command reads and writes.</param>
    /// <param name="interrupted">Cancelled by Ctrl-C: the command lets go of what it follows and ends with 130.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken interrupted = default)
    {
        var runner = new CommandRunner(terminal, interrupted);
        var parsed = Build(runner).Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            return runner.RefuseUsage(parsed);
        return await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            },
            CancellationToken.None);
    }

    private static RootCommand Build(CommandRunner runner)
    {
        CommandGroup[] groups =
        [
            new("Servers", ServerCommands.Create(runner)),
            new("Projects", ProjectCommands.Create(runner), DomainCommands.Create(runner), PreviewCommands.Create(runner), EnvCommands.Create(runner)),
            new(
                "Delivery",
                DeployCommand.Create(runner),
                SwitchCommands.Promote(runner),
                SwitchCommands.Rollback(runner),
                CleanUpCommand.Create(runner),
                SlotsCommand.Create(runner),
                LogsCommand.Create(runner),
                HistoryCommand.Create(runner)),
            new("Protection", BackupCommands.Create(runner), RestoreCommand.Create(runner)),
            new("Insight", StatusCommand.Create(runner), RegistryCommands.Create(runner), OperationCommands.Create(runner)),
        ];

        var root = new RootCommand("we: deploys, protects and moves what runs on your servers, through CodeB.");
        root.Options.Add(runner.Address);
        root.Options.Add(runner.Json);
        foreach (var command in groups.SelectMany(group => group.Commands))
            root.Subcommands.Add(command);

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpText(root, groups, (HelpAction)help.Action!);
        root.SetAction(parsed => ((HelpText)help.Action).Invoke(parsed));
        return root;
    }
}
