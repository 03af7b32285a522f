using System.Net;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;

namespace CodeB.Domain.Servers;

/// <summary>What a server's facts must be before they reach a command line. Each refusal names the field and the rule.</summary>
public static class ServerRules
{
    /// <exception cref="DomainException">InvalidArgument, naming the first field that breaks its rule.</exception>
    public static Server Check(Server server)
    {
        ServerName.Parse(server.Name, "name");
        Address(server.Address);
        Port(server.Port);
        User(server.User);
        Role(server.Role);
        if (server.HostKey.Length > 0)
            HostKey(server.HostKey);
        return server;
    }

    /// <summary>An IP address, or a host name as RFC 1123 has it.</summary>
    public static string Address(string? value, string field = "address")
    {
        var text = TextRule.Bounded(value, field, 253, "198.18.0.2");
        var numeric = IPAddress.TryParse(text, out var ip) && !text.Contains('%') && (text.Contains(':') || ip.ToString() == text);
        return numeric || HostName.IsValid(text)
            ? text
            : throw TextRule.Broken(field, text, "an IP address or a host name", "198.18.0.2");
    }

    public static int Port(int value, string field = "port") =>
        value is >= 1 and <= 65535 ? value : throw DomainException.Invalid(field, $"{value} is not a port: 1 to 65535");

    /// <summary>An account's name as useradd takes it.</summary>
    public static string User(string? value, string field = "user")
    {
        var text = TextRule.Bounded(value, field, 32, "root");
        return (char.IsAsciiLetterLower(text[0]) || text[0] == '_')
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-')
            ? text
            : throw TextRule.Broken(field, text, "an account: small letters, digits, '_' and '-', a letter first", "root");
    }

    public static ServerRole Role(ServerRole value, string field = "role") =>
        Enum.IsDefined(value) ? value : throw DomainException.Invalid(field, "is not a role: application, streaming, database or backup");

    /// <summary>A role by the word that people and the API use.</summary>
    public static ServerRole ParseRole(string? value, string field = "role") => value switch
    {
        "application" => ServerRole.Application,
        "streaming" => ServerRole.Streaming,
        "database" => ServerRole.Database,
        "backup" => ServerRole.Backup,
        _ => throw TextRule.Broken(field, value ?? "", "a role: application, streaming, database or backup", "application"),
    };

    /// <summary>Key type and base64 key, separated by one space.</summary>
    public static string HostKey(string? value, string field = "host_key")
    {
        var text = TextRule.Bounded(value, field, 2000, "ssh-ed25519 AAAA…");
        var parts = text.Split(' ');
        return parts.Length == 2
            && parts[0].Length > 0
            && parts[0].All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '@' or '.')
            && parts[0][0] is not '-' and not '@'
            && parts[1].Length > 0
            && parts[1].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=')
            ? text
            : throw TextRule.Broken(field, text, "a public host key: its type, a space and its base64 text", "ssh-ed25519 AAAA…");
    }
}
