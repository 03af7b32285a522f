using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Projects;

/// <summary>Reads the short forms of <c>we project create</c>. Whether the names are good is CodeB's to say.</summary>
internal static class ProjectInput
{
    /// <summary>NAME:SERVER or NAME:SERVER:DOMAIN.</summary>
    public static ProjectEnvironment Environment(string text)
    {
        var parts = text.Split(':');
        if (parts.Length is < 2 or > 3 || parts.Any(part => part.Length == 0))
        {
            throw CommandException.Usage(
                $"--environment '{text}' is not NAME:SERVER or NAME:SERVER:DOMAIN", "write it like production:app:worb.example.com", "environments");
        }

        return new ProjectEnvironment { Name = parts[0], Server = parts[1], Domain = parts.Length == 3 ? parts[2] : "" };
    }

    /// <summary>NAME@SERVER.</summary>
    public static Database Database(string text)
    {
        var parts = text.Split('@');
        return parts.Length == 2 && parts.All(part => part.Length > 0)
            ? new Database { Name = parts[0], Server = parts[1] }
            : throw CommandException.Usage($"--database '{text}' is not NAME@SERVER", "write it like worb@storage", "database");
    }
}
