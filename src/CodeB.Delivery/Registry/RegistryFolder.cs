using System.Security.Cryptography;
using System.Text;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;

namespace CodeB.Delivery.Registry;

/// <summary>A server's copy of the registry: ssot.json, slots/*.json and domains/*.json in one folder.</summary>
public sealed class RegistryFolder(IHostSession host, string folder = RegistryFolder.Default)
{
    public const string Default = "/opt/codeb/registry";

    private const UnixFileMode WorldReadable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Where a registry that somebody else had written is kept after it was imported.</summary>
    public string Before => $"{folder}.before-codeb";

    /// <summary>SHA-256 by relative path, of the files that belong to a registry. None without the folder.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SumsAsync(CancellationToken cancellationToken)
    {
        var sums = await host.RunAsync(SumFiles(folder), cancellationToken: cancellationToken);
        return sums.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split("  ", 2))
            .Where(parts => parts.Length == 2 && parts[1].StartsWith(folder + "/", StringComparison.Ordinal))
            .ToDictionary(parts => parts[1][(folder.Length + 1)..], parts => parts[0]);
    }

    /// <summary>Null where there is no such file.</summary>
    public async Task<string?> ReadAsync(string path, CancellationToken cancellationToken) =>
        await host.ReadFileAsync($"{folder}/{path}", cancellationToken) is { } content ? Encoding.UTF8.GetString(content) : null;

    /// <summary>Whole or not at all, readable for everybody: there is no secret in it.</summary>
    public Task WriteAsync(string path, string content, CancellationToken cancellationToken) =>
        host.WriteFileAsync($"{folder}/{path}", Encoding.UTF8.GetBytes(content), WorldReadable, cancellationToken);

    public Task RemoveAsync(IEnumerable<string> paths, CancellationToken cancellationToken) =>
        host.RunAsync(Command.Of("rm", ["-f", .. paths.Select(path => $"{folder}/{path}")]), cancellationToken: cancellationToken);

    /// <summary>Keeps the folder as it is under <see cref="Before"/>, unless one is kept there already.</summary>
    public Task KeepAsync(CancellationToken cancellationToken) =>
        host.RunAsync(Command.Of("cp", "-a", "--no-clobber", "-T", folder, Before), cancellationToken: cancellationToken);

    public static string Sum(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    // Without the folder find ends with 1.
    private static Command SumFiles(string folder) =>
        Command.Of("find", folder, "-maxdepth", "2", "-type", "f", "-name", "*.json", "-exec", "sha256sum", "{}", "+") with { SuccessExitCodes = [0, 1] };
}
