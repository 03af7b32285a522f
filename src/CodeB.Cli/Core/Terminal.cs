using Spectre.Console;

namespace CodeB.Cli.Core;

/// <summary>Where a command reads and writes: the process's console, or a test's strings.</summary>
public sealed class Terminal
{
    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public required TextReader Input { get; init; }

    /// <summary>Standard input as bytes; whoever takes it reads nothing from <see cref="Input"/>.</summary>
    public Func<Stream> InputBytes { get; init; } = () => Stream.Null;

    /// <summary>A person can be asked: input and output are a terminal.</summary>
    public bool CanAsk { get; init; }

    /// <summary>Draws progress that moves. Null where output is a pipe or a file: there progress is plain lines.</summary>
    public IAnsiConsole? Live { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    public string UserName { get; init; } = "";

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static Terminal OfProcess()
    {
        var shown = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";
        return new Terminal
        {
            Output = Console.Out,
            Error = Console.Error,
            Input = Console.In,
            InputBytes = Console.OpenStandardInput,
            CanAsk = !Console.IsInputRedirected && !Console.IsOutputRedirected,
            Live = shown ? CreateLive(Console.Out, Environment.GetEnvironmentVariable) : null,
            Variable = Environment.GetEnvironmentVariable,
            UserName = Environment.UserName,
        };
    }

    /// <summary>A console that moves its cursor; with NO_COLOR set (to anything but an empty text) it uses no colour.</summary>
    public static IAnsiConsole CreateLive(TextWriter output, Func<string, string?> variable) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
        ColorSystem = string.IsNullOrEmpty(variable("NO_COLOR")) ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Out = new AnsiConsoleOutput(output),
    });

    /// <summary>One line to the output; whatever could steer a terminal is taken out of it.</summary>
    public void Line(string text = "") => Output.WriteLine(PlainText.Clean(text));

    /// <summary>One line to the error output, cleaned like <see cref="Line"/>.</summary>
    public void ErrorLine(string text) => Error.WriteLine(PlainText.Clean(text));
}
