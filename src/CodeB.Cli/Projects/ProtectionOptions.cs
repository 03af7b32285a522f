using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Projects;

/// <summary>What of a project its backups hold beside database and Redis, for <c>we project create</c> and <c>we project set</c>.</summary>
internal sealed class ProtectionOptions
{
    private readonly Option<string[]> _paths = new("--config-path")
    {
        Description = "configuration that its backups hold, a file or a folder (repeatable); '?' before it: may be missing; '' alone: none any more",
        HelpName = "[?]PATH",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _server = new("--config-server")
    {
        Description = "the server with the configuration (default: the environment's own)",
        HelpName = "SERVER",
    };

    public void AddTo(WeCommand command)
    {
        command.Options.Add(_paths);
        command.Options.Add(_server);
    }

    /// <summary>The paths replace those that were; null where nothing is given.</summary>
    public ConfigSpec? Config(Invocation we, ConfigSpec? now)
    {
        var (paths, server) = (we.Get(_paths), we.Get(_server));
        if (paths.Length == 0 && server is null)
            return null;
        if (paths.Length == 0 && now is null)
            throw CommandException.Usage("--config-server is given without a path", "name what lies there: --config-path /etc/containers", "config.paths");
        var config = new ConfigSpec { Server = server ?? now?.Server ?? "" };
        if (paths.Length == 0)
            config.Paths.AddRange(now!.Paths);
        else if (paths is not [""])
            config.Paths.AddRange(paths.Select(p => new ConfigPath { Path = p.TrimStart('?'), Optional = p.StartsWith('?') }));
        return config;
    }

    public static string Text(ConfigSpec? config) => config is null
        ? ""
        : string.Join(", ", config.Paths.Select(p => p.Optional ? $"?{p.Path}" : p.Path)) + (config.Server.Length > 0 ? $" on {config.Server}" : "");
}
