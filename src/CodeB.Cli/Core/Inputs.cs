using System.CommandLine;

namespace CodeB.Cli.Core;

/// <summary>Arguments and options that several commands have.</summary>
internal static class Inputs
{
    public static Argument<string> Project() => new("PROJECT") { Description = "name of the project, such as worb" };

    public static Argument<string> Set() => new("SET")
    {
        Description = "id of a backup set, or latest",
        DefaultValueFactory = _ => "latest",
    };

    public static Option<string> Environment() => new("--environment", "-e")
    {
        Description = "environment of the project",
        HelpName = "NAME",
        DefaultValueFactory = _ => "production",
    };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "say what each step finds and would do; touch nothing" };

    public static Option<string[]> Components() => new("--component", "-c")
    {
        Description = "only this component: postgres, redis, env, config (repeatable; default: all)",
        HelpName = "COMPONENT",
        DefaultValueFactory = _ => [],
    };
}
