using CodeB.Domain.Errors;
using CodeB.Domain.Naming;

namespace CodeB.Domain.Projects;

/// <summary>What a project's configuration paths must be before they reach a server.</summary>
public static class ConfigRules
{
    private const int MaxPaths = 100;

    /// <exception cref="DomainException">InvalidArgument, naming the first field that breaks its rule.</exception>
    public static ConfigSpec Check(ConfigSpec config)
    {
        if (config.Server.Length > 0)
            ServerName.Parse(config.Server, "config.server");
        if (config.Paths.Count is 0 or > MaxPaths)
            throw DomainException.Invalid("config.paths", $"has {config.Paths.Count} paths; give 1 to {MaxPaths}, such as '/etc/containers'");
        foreach (var path in config.Paths)
            ServerPath.Parse(path.Path, "config.paths");
        foreach (var path in config.Paths)
        {
            if (config.Paths.Count(p => p.Path == path.Path) > 1)
                throw DomainException.Invalid("config.paths", $"{path.Path} is given twice; keep one of them");
            if (config.Paths.FirstOrDefault(p => ServerPath.IsBelow(path.Path, p.Path)) is { } around)
                throw DomainException.Invalid("config.paths", $"{path.Path} is part of {around.Path}, which is given too; keep one of them");
        }

        return config;
    }
}
