using System.CommandLine;

namespace CodeB.Cli.Core;

/// <summary>A command that shows examples in its help.</summary>
internal sealed class WeCommand : Command
{
    public WeCommand(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
    }

    /// <summary>Command lines as one would type them.</summary>
    public IReadOnlyList<string> Examples { get; }
}

/// <summary>Commands that stand together in <c>we --help</c>.</summary>
internal sealed record CommandGroup(string Name, params WeCommand[] Commands);
