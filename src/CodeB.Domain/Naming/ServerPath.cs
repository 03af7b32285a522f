using CodeB.Domain.Errors;

namespace CodeB.Domain.Naming;

/// <summary>A path on a server that may be read as a whole and replaced as a whole.</summary>
public static class ServerPath
{
    private const int MaxLength = 1024;

    /// <summary>The kernel's own file systems, the places of programs, and what CodeB itself keeps there.</summary>
    private static readonly string[] NotWhole =
        ["/", "/proc", "/sys", "/dev", "/run", "/bin", "/sbin", "/lib", "/usr", "/boot", "/etc", "/var", "/home", "/root", "/opt", "/opt/codeb", "/srv", "/tmp"];

    private static readonly string[] NotBelow = ["/proc", "/sys", "/dev", "/opt/codeb/backups"];

    /// <summary>An absolute path without '.', '..' and doubled or trailing '/', of no system folder as a whole.</summary>
    /// <exception cref="DomainException">InvalidArgument, naming the field and the rule.</exception>
    public static string Parse(string? value, string field)
    {
        const string Example = "/etc/containers";
        var text = TextRule.Bounded(value, field, MaxLength, Example);
        var parts = text.Split('/');
        if (parts[0].Length > 0 || parts.Skip(1).Any(p => p is "" or "." or "..") && text != "/" || text.Any(char.IsControl))
            throw TextRule.Broken(field, text, "an absolute path without '.', '..', doubled or trailing '/'", Example);
        if (NotWhole.Contains(text) || NotBelow.Any(n => IsBelow(text, n)))
            throw TextRule.Broken(field, text, "a path that may be replaced as a whole: it is the system's or CodeB's own", Example);
        return text;
    }

    /// <summary>Whether the path lies in the folder.</summary>
    public static bool IsBelow(string path, string folder) =>
        path.Length > folder.Length && path[folder.Length] == '/' && path.StartsWith(folder, StringComparison.Ordinal);
}
