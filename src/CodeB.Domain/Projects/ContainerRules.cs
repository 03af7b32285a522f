using System.Globalization;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Servers;

namespace CodeB.Domain.Projects;

/// <summary>What a project may say about its containers, before it reaches a server's command line.</summary>
public static class ContainerRules
{
    /// <summary>Labels that begin with this are CodeB's own: by them it knows its containers.</summary>
    public const string OwnLabels = "codeb.";

    private const int MostLabels = 50;
    private const int MostArguments = 100;
    private const int LongestArgument = 4096;

    /// <exception cref="DomainException">InvalidArgument, naming the first field that breaks its rule.</exception>
    public static ContainerSettings Check(ContainerSettings settings)
    {
        if (settings.Port != 0)
            ServerRules.Port(settings.Port, "container.port");
        if (settings.MemoryMegabytes is not (0 or (>= 16 and <= 1_048_576)))
            throw DomainException.Invalid("container.memory_megabytes", $"{settings.MemoryMegabytes} is not 0 (no limit) or 16 to 1048576 MiB");
        if (settings.StopSeconds is < 0 or > 600)
            throw DomainException.Invalid("container.stop_seconds", $"{settings.StopSeconds} is not 0 to 600 seconds");
        // Written so that a NaN is refused too.
        if (settings.Cpus is not (0 or (>= 0.01 and <= 1024)))
        {
            throw DomainException.Invalid(
                "container.cpus", $"{settings.Cpus.ToString(CultureInfo.InvariantCulture)} is not 0 (no limit) or 0.01 to 1024, such as 1.5");
        }

        Labels(settings.Labels);
        ReleaseCommand(settings.ReleaseCommand);
        return settings;
    }

    private static void Labels(Dictionary<string, string> labels)
    {
        const string Field = "container.labels";
        if (labels.Count > MostLabels)
            throw DomainException.Invalid(Field, $"has {labels.Count} labels; at most {MostLabels} are allowed");
        foreach (var (name, value) in labels)
        {
            TextRule.Bounded(name, Field, 128, "team=shop");
            if (!char.IsAsciiLetterOrDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/'))
                throw TextRule.Broken(Field, name, "a label's name: letters, digits, '.', '_', '-' and '/', a letter or digit first", "team=shop");
            if (name.StartsWith(OwnLabels, StringComparison.OrdinalIgnoreCase))
                throw DomainException.Invalid(Field, $"'{name}' begins with '{OwnLabels}', by which CodeB knows its own containers; choose another name, such as 'team'");
            if (value.Length > 1024)
                throw DomainException.Invalid(Field, $"the value of '{name}' has {value.Length} characters; at most 1024 are allowed");
            if (value.Any(char.IsControl))
                throw DomainException.Invalid(Field, $"the value of '{name}' has a line break or another control character; leave it out");
        }
    }

    private static void ReleaseCommand(List<string> command)
    {
        const string Field = "container.release_command";
        const string Example = "/app/migrate --all";
        if (command.Count == 0)
            return;
        if (command.Count > MostArguments)
            throw DomainException.Invalid(Field, $"has {command.Count} words; at most {MostArguments} are allowed: put them into a script in the image");
        var program = TextRule.Bounded(command[0], Field, LongestArgument, Example);
        // A '-' would be the engine's option, and podman reads a '[' as a list in JSON.
        if (program[0] is '-' or '[' || program.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            throw TextRule.Broken(Field, program, "a program in the image: no blanks, and no '-' or '[' first", Example);
        foreach (var argument in command.Skip(1))
        {
            if (argument.Length > LongestArgument)
                throw DomainException.Invalid(Field, $"an argument has {argument.Length} characters; at most {LongestArgument} are allowed");
            if (argument.Contains('\0', StringComparison.Ordinal))
                throw DomainException.Invalid(Field, "an argument has a NUL character; leave it out");
        }
    }
}
