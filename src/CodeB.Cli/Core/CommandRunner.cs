using System.CommandLine;
using System.CommandLine.Parsing;
using Grpc.Core;

namespace CodeB.Cli.Core;

/// <summary>Runs commands: resolves the address, turns every error into its text and its exit code.</summary>
internal sealed class CommandRunner(Terminal terminal, CancellationToken interrupted)
{
    public const string DefaultAddress = "http://127.0.0.1:9100";

    public Option<string?> Address { get; } = new("--address")
    {
        Description = $"where CodeB listens (default: CODEB_ADDRESS, else {DefaultAddress})",
        HelpName = "URL",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "one JSON document; for operations one JSON object a line", Recursive = true };

    /// <summary>Makes the command do that; the text and the exit code of errors are taken care of.</summary>
    public WeCommand Handle(WeCommand command, Func<Invocation, Task<int>> action)
    {
        command.SetAction((parsed, _) => RunAsync(parsed, action));
        return command;
    }

    /// <summary>Says what is wrong with the command line. Values behind a '=' may be secrets and are not repeated.</summary>
    public int RefuseUsage(ParseResult parsed)
    {
        var path = PathOf(parsed.CommandResult);
        var message = parsed switch
        {
            { UnmatchedTokens: [var unknown, ..] } => $"`{path}` does not know '{unknown}'",
            { CommandResult.Command.Subcommands.Count: > 0 } => $"`{path}` needs a command behind it",
            _ => parsed.Errors[0].Message,
        };
        foreach (var token in parsed.Tokens.Select(token => token.Value).Where(value => value.Contains('=', StringComparison.Ordinal)))
            message = message.Replace(token, $"{token[..token.IndexOf('=', StringComparison.Ordinal)]}=***", StringComparison.Ordinal);
        return Report(CommandException.Usage(message, $"`{path} --help` shows what it takes"), parsed.GetValue(Json));
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<Invocation, Task<int>> action)
    {
        var json = parsed.GetValue(Json);
        try
        {
            using var invocation = new Invocation(
                parsed, PathOf(parsed.CommandResult), terminal, ResolveAddress(parsed), json, interrupted);
            try
            {
                return await action(invocation);
            }
            catch (RpcException error) when (!interrupted.IsCancellationRequested)
            {
                return Report(RpcErrors.Translate(error, invocation), json);
            }
        }
        catch (CommandException error)
        {
            return Report(error, json);
        }
        catch (Exception error) when (interrupted.IsCancellationRequested && error is RpcException or OperationCanceledException)
        {
            return Report(CommandException.Interrupted("interrupted", "`we status` shows how things stand"), json);
        }
    }

    private Uri ResolveAddress(ParseResult parsed)
    {
        var (text, from) = (parsed.GetValue(Address), terminal.Variable("CODEB_ADDRESS")) switch
        {
            ({ } given, _) => (given, "--address"),
            (null, { Length: > 0 } set) => (set, "CODEB_ADDRESS"),
            _ => (DefaultAddress, ""),
        };
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? uri
            : throw CommandException.Usage($"{from} is '{text}', which is no URL of CodeB", $"write it like {DefaultAddress}", "address");
    }

    private int Report(CommandException error, bool json)
    {
        if (json)
        {
            terminal.Error.WriteLine(Core.Json.OfError(error));
            return error.ExitCode;
        }

        // What a container has written stays in its lines, each marked so that none of them passes for one of ours.
        var lines = error.Message.Split('\n');
        terminal.ErrorLine($"error: {lines[0]}");
        foreach (var line in lines.Skip(1))
            terminal.ErrorLine($"  | {line}");
        if (error.Hint.Length > 0)
            terminal.ErrorLine($"  {error.Hint}");
        return error.ExitCode;
    }

    private static string PathOf(CommandResult result)
    {
        var names = new List<string>();
        for (SymbolResult? current = result; current is CommandResult command; current = command.Parent)
            names.Insert(0, command.Parent is null ? "we" : command.Command.Name);
        return string.Join(' ', names);
    }
}
