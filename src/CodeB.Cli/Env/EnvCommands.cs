using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Env;

/// <summary><c>we env</c>: the variables of a project's environment. Values are shown only with <c>--reveal</c>.</summary>
internal static class EnvCommands
{
    public static WeCommand Create(CommandRunner runner)
    {
        var group = new WeCommand("env", "the variables of a project's environment");
        group.Subcommands.Add(GetEnv(runner));
        group.Subcommands.Add(Set(runner));
        group.Subcommands.Add(Unset(runner));
        group.Subcommands.Add(Import(runner));
        return group;
    }

    private static WeCommand GetEnv(CommandRunner runner)
    {
        var (project, environment) = (Inputs.Project(), Inputs.Environment());
        var reveal = new Option<bool>("--reveal") { Description = "show the values, in a form that `we env import` reads" };
        var command = new WeCommand("get", "the variables, with their values masked", "we env get worb", "we env get worb -e staging --reveal > staging.env")
        {
            project, environment, reveal,
        };
        return runner.Handle(command, async we =>
        {
            var request = new GetEnvRequest { Project = we.Get(project), Environment = we.Get(environment), Reveal = we.Get(reveal) };
            var env = await Client(we).GetEnvAsync(request, we.Call);
            return we.Show(env, () =>
            {
                we.Line($"# {Describe(env)}");
                foreach (var variable in env.Variables)
                    we.Line($"{variable.Name}={Quote(variable.Value)}");
            });
        });
    }

    private static WeCommand Set(CommandRunner runner)
    {
        var (project, environment) = (Inputs.Project(), Inputs.Environment());
        var variables = new Argument<string[]>("KEY=VALUE")
        {
            Description = "variables to set; `KEY -` reads one value from standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new WeCommand(
            "set",
            "set variables; they take effect with the next deploy",
            "we env set worb LOG_LEVEL=info WORKERS=4",
            "we env set worb API_TOKEN - < token.txt")
        {
            project, variables, environment,
        };
        return runner.Handle(command, async we =>
        {
            var request = new SetEnvRequest { Project = we.Get(project), Environment = we.Get(environment) };
            request.Set.Add(new Dictionary<string, string>(await EnvInput.VariablesAsync(we, we.Get(variables))));
            return await ChangeAsync(we, request);
        });
    }

    private static WeCommand Unset(CommandRunner runner)
    {
        var (project, environment) = (Inputs.Project(), Inputs.Environment());
        var keys = new Argument<string[]>("KEY") { Description = "variables to remove", Arity = ArgumentArity.OneOrMore };
        return runner.Handle(new WeCommand("unset", "remove variables", "we env unset worb LOG_LEVEL") { project, keys, environment }, async we =>
        {
            var request = new SetEnvRequest { Project = we.Get(project), Environment = we.Get(environment) };
            request.Unset.AddRange(we.Get(keys));
            return await ChangeAsync(we, request);
        });
    }

    private static WeCommand Import(CommandRunner runner)
    {
        var (project, environment) = (Inputs.Project(), Inputs.Environment());
        var file = new Argument<string>("FILE") { Description = "a dotenv file, or - for standard input" };
        var command = new WeCommand("import", "replace all variables by a dotenv file", "we env import worb worb.env", "vault read worb | we env import worb -")
        {
            project, file, environment,
        };
        return runner.Handle(command, async we => await ChangeAsync(we, new SetEnvRequest
        {
            Project = we.Get(project),
            Environment = we.Get(environment),
            File = await EnvInput.FileAsync(we, we.Get(file)),
            ReplaceWithFile = true,
        }));
    }

    private static async Task<int> ChangeAsync(Invocation we, SetEnvRequest request)
    {
        var env = await Client(we).SetEnvAsync(request, we.Call);
        return we.Show(env, () => we.Line($"{Describe(env)}; it takes effect with the next deploy"));
    }

    private static string Describe(V1.Env env) => env.Version == 0
        ? $"{env.Project}/{env.Environment}: no variables were set yet"
        : $"{env.Project}/{env.Environment}: version {env.Version}, {env.Variables.Count} variables, "
            + $"changed {Units.Instant(env.ChangedAt)} by {env.ChangedBy}";

    /// <summary>As dotenv files write it: bare, unless that would lose blanks or quotes at its ends.</summary>
    private static string Quote(string value) => value.Length == 0 || (value[0] is not ('"' or '\'') && value.Trim(' ', '\t') == value)
        ? value
        : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static EnvService.EnvServiceClient Client(Invocation we) => new(we.Channel);
}
