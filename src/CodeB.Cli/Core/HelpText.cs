using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CodeB.Cli.Core;

/// <summary>The overview for <c>we --help</c>; for one command what System.CommandLine writes, and its examples.</summary>
internal sealed class HelpText(RootCommand root, IReadOnlyList<CommandGroup> groups, HelpAction standard) : SynchronousCommandLineAction
{
    private const string Rest = """
        Options for every command:
          --address URL  where CodeB listens (default: CODEB_ADDRESS, else http://127.0.0.1:9100);
                         with `server add`, whose own --address is the server's, it stands before `server`
          --json         one JSON document; for operations one JSON object a line; errors as JSON on stderr
          --help         what a command takes, with examples

        Examples:
          we server add app --address 198.18.0.2 --role application
          we project create worb --environment production:app:worb.example.com --database worb@storage
          we deploy worb 1.4.0 --image localhost/worb:1.4.0
          we promote worb
          we backup run worb
          we status --check

        Exit codes:
          0    success
          1    the operation failed or was undone; a check or verification found something wrong
          2    the command line is wrong (INVALID_ARGUMENT)
          3    not found (NOT_FOUND)
          4    refused (FAILED_PRECONDITION, ALREADY_EXISTS), a dry run found an obstacle, or not confirmed
          5    CodeB is not reachable or did not answer in time (UNAVAILABLE, DEADLINE_EXCEEDED)
          130  interrupted; an operation that had begun goes on

        Environment:
          CODEB_ADDRESS  where CodeB listens
          CODEB_ACTOR    the name under which your changes are kept (default: your user name)
          NO_COLOR       no colours
        """;

    /// <summary>Help is given for an incomplete command line too.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (command == root)
        {
            WriteOverview(output);
            return ExitCode.Success;
        }

        standard.Invoke(parseResult);
        if (command is WeCommand { Examples.Count: > 0 } described)
        {
            output.WriteLine("Examples:");
            foreach (var example in described.Examples)
                output.WriteLine($"  {example}");
        }

        return ExitCode.Success;
    }

    private void WriteOverview(TextWriter output)
    {
        output.WriteLine(root.Description);
        output.WriteLine();
        output.WriteLine("Usage: we COMMAND [ARGUMENTS] [OPTIONS]");
        var lines = groups.ToDictionary(group => group, group => group.Commands.SelectMany(Leaves).ToList());
        var width = lines.Values.SelectMany(leaves => leaves).Max(leaf => leaf.Name.Length);
        foreach (var group in groups)
        {
            output.WriteLine();
            output.WriteLine($"{group.Name}:");
            foreach (var (name, description) in lines[group])
                output.WriteLine($"  {name.PadRight(width)}  {description}");
        }

        output.WriteLine();
        output.WriteLine(Rest);
    }

    private static IEnumerable<(string Name, string Description)> Leaves(Command command) => command.Subcommands.Count == 0
        ? [(command.Name, command.Description ?? "")]
        : command.Subcommands.Select(child => ($"{command.Name} {child.Name}", child.Description ?? ""));
}
