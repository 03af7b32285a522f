using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Servers;

namespace CodeB.Domain.Projects;

/// <summary>What a project's facts must be before they reach a server. Each refusal names the field and the rule.</summary>
public static class ProjectRules
{
    /// <summary>Checks everything but the ports, which the registry allots.</summary>
    /// <exception cref="DomainException">InvalidArgument, naming the first field that breaks its rule.</exception>
    public static Project Check(Project project)
    {
        ProjectName.Parse(project.Name, "name");
        ProjectName.Parse(project.Team, "team");
        if (project.Database is { } database)
        {
            ServerName.Parse(database.Server, "database.server");
            DatabaseName(database.Name, "database.name");
        }

        if (project.Redis is { } redis)
            ServerName.Parse(redis.Server, "redis.server");
        if (project.BackupServer.Length > 0)
            ServerName.Parse(project.BackupServer, "backup_server");
        if (project.ImageRepository.Length > 0)
            ImageRepository(project.ImageRepository);
        HealthPath(project.HealthPath);
        ContainerRules.Check(project.Container);
        HealthRules.Check(project.Health);
        if (project.Config is { } config)
            ConfigRules.Check(config);
        if (project.Environments.Count == 0)
            throw DomainException.Invalid("environments", "is empty; give at least one, such as 'production'");
        foreach (var (name, environment) in project.Environments)
        {
            EnvironmentName.Parse(name, "environments.name");
            ServerName.Parse(environment.Server, "environments.server");
            if (environment.Domain.Length > 0)
                Domain(environment.Domain, "environments.domain");
        }

        return project;
    }

    /// <summary>An absolute path without a query.</summary>
    public static string HealthPath(string? value, string field = "health_path")
    {
        var text = TextRule.Bounded(value, field, 200, "/health");
        return text[0] == '/' && !text.StartsWith("//", StringComparison.Ordinal) && !text.Contains("..", StringComparison.Ordinal)
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or '~')
            ? text
            : throw TextRule.Broken(field, text, "a path: '/', letters, digits, '-', '_', '.' and '~'", "/health");
    }

    /// <summary>A name that PostgreSQL takes without quotes, in its limit of 63 bytes; '-' too, for projects' names have it.</summary>
    public static string DatabaseName(string? value, string field = "database.name")
    {
        var text = TextRule.Bounded(value, field, 63, "worb");
        return (char.IsAsciiLetterLower(text[0]) || text[0] == '_')
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-')
            && text is not ("postgres" or "template0" or "template1")
            ? text
            : throw TextRule.Broken(
                field, text, "a project's database: small letters, digits, '_' and '-', a letter first, none of PostgreSQL's own", "worb");
    }

    public static string Domain(string? value, string field = "domain")
    {
        var text = TextRule.Bounded(value, field, 253, "worb.codeb.kr");
        return HostName.IsValid(text) && !text.Any(char.IsAsciiLetterUpper)
            ? text
            : throw TextRule.Broken(field, text, "a domain: labels of small letters, digits and inner hyphens", "worb.codeb.kr");
    }

    /// <summary>An image without its tag.</summary>
    public static string ImageRepository(string? value, string field = "image_repository")
    {
        var text = TextRule.Bounded(value, field, 200, "localhost/worb");
        return IsRepository(text) ? text : throw TextRule.Broken(field, text, "an image's repository", "localhost/worb");
    }

    /// <summary>An image: repository, and a tag or a sha256 digest where given (OCI distribution specification).</summary>
    public static string Image(string? value, string field = "image")
    {
        var text = TextRule.Bounded(value, field, 400, "localhost/worb:v1.2.3");
        var rest = text;
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var good = true;
        if (at >= 0)
        {
            const string Sha = "sha256:";
            var digest = rest[(at + 1)..];
            good = digest.StartsWith(Sha, StringComparison.Ordinal) && digest.Length == Sha.Length + 64
                && digest[Sha.Length..].All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
            rest = rest[..at];
        }

        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            var tag = rest[(colon + 1)..];
            good &= tag.Length is >= 1 and <= 128 && tag[0] is not ('.' or '-')
                && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
            rest = rest[..colon];
        }

        return good && IsRepository(rest) ? text : throw TextRule.Broken(field, text, "an image's reference", "localhost/worb:v1.2.3");
    }

    private static bool IsRepository(string text)
    {
        var parts = text.Split('/');
        var first = parts.Length > 1 && (parts[0].Contains('.', StringComparison.Ordinal) || parts[0].Contains(':', StringComparison.Ordinal))
            ? 1
            : 0;
        return (first == 0 || IsRegistry(parts[0])) && parts.Skip(first).All(IsPathPart);
    }

    private static bool IsRegistry(string text)
    {
        var parts = text.Split(':');
        var host = System.Net.IPAddress.TryParse(parts[0], out _) || HostName.IsValid(parts[0]);
        return host && (parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], out var port) && port is > 0 and <= 65535
            && parts[1].All(char.IsAsciiDigit)));
    }

    private static bool IsPathPart(string text) =>
        text.Length > 0
        && (char.IsAsciiLetterLower(text[0]) || char.IsAsciiDigit(text[0]))
        && (char.IsAsciiLetterLower(text[^1]) || char.IsAsciiDigit(text[^1]))
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');
}
