using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Testing;

namespace CodeB.Grains.Tests;

/// <summary>A model of a server's files, links and listening ports that understands what the registry's copies need.</summary>
internal sealed class Machine
{
    public Machine(string name) => Session = new ScriptedSession(Answer, name);

    public ScriptedSession Session { get; }

    /// <summary>Every command fails as if the server were off.</summary>
    public bool Away { get; set; }

    public ConcurrentDictionary<string, string> Links { get; } = new();

    /// <summary>What rm was told to remove.</summary>
    public ConcurrentBag<string> Removed { get; } = [];

    public List<int> Listening { get; } = [];

    public string? Text(string path) => Session.Files.TryGetValue(path, out var file) ? Encoding.UTF8.GetString(file.Content) : null;

    private Answer Answer(Command command, byte[] input)
    {
        if (Away)
            throw new HostException(HostFailure.Unreachable, Session.Server.Name, command.Program, $"{Session.Server.Name}: no answer");
        string[] arguments = [.. command.Arguments];
        switch (command.Program)
        {
            case "find" when arguments.Contains("sha256sum"):
                return Testing.Answer.Text(string.Concat(Session.Files.Where(f => f.Key.StartsWith(arguments[0] + "/", StringComparison.Ordinal))
                    .Select(f => $"{Convert.ToHexStringLower(SHA256.HashData(f.Value.Content))}  {f.Key}\n")));
            case "find" when arguments.Contains("-printf"):
                return Testing.Answer.Text(string.Concat(Links.Select(link => $"{link.Key}\t{link.Value}\n")));
            case "ln":
                Links[arguments[^1]] = arguments[^2];
                return Testing.Answer.Empty;
            case "rm":
                foreach (var path in arguments.Where(a => a[0] == '/'))
                {
                    Removed.Add(path);
                    Session.Files.TryRemove(path, out _);
                    Links.TryRemove(path, out _);
                }

                return Testing.Answer.Empty;
            case "ss":
                return Testing.Answer.Text(string.Concat(Listening.Select(port => $"LISTEN 0 128 127.0.0.1:{port} 0.0.0.0:*\n")));
            case "podman" when arguments is ["container", "inspect", ..]:
                return Testing.Answer.Fails(125, "Error: no such container");
            case "podman":
                return Testing.Answer.Text(arguments is ["ps", ..] ? "" : "4.3.1\n");
            case "sh":
                return Testing.Answer.Text("/usr/bin/podman\n");
            case "find" or "ls" or "chmod":
                return Testing.Answer.Empty;
            case "curl":
                return Testing.Answer.Text("\n404");
            case "install" or "touch" or "cp":
                return Testing.Answer.Empty;
            default:
                return Testing.Answer.Fails(1, $"the model does not know {CommandText.Display(command)}");
        }
    }
}
