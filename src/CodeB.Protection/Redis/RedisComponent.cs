using System.Globalization;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Protection.Sets;

namespace CodeB.Protection.Redis;

/// <summary>
/// The Redis of the project: a snapshot. A restore loads it into a server of its own beside the live one, lets that write the
/// append-only files too (a Redis 7 that starts with AOF on and only a dump.rdb loads no keys), then swaps the data directories
/// while the service stands still; the old directory stays until the restore has succeeded.
/// </summary>
public sealed partial class RedisComponent(IHostSession server, RedisSettings settings, string? password) : IDataComponent
{
    public const string ComponentName = "redis";
    public const string Artifact = "redis.rdb";

    /// <summary>The append-only base file is another RDB, and the rewrite's temporary file stands beside it.</summary>
    private const int StagedCopies = 3;

    public string Name => ComponentName;

    private string Where => $"{server.Server.Name}: Redis {settings.SocketPath ?? $"{settings.Host}:{settings.Port}"}";

    public async Task<ComponentStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var info = await InfoAsync(cancellationToken);
        var bytes = long.Parse(info.GetValueOrDefault("used_memory", "0"), CultureInfo.InvariantCulture);
        return new ComponentStatus($"{Where}: version {info.GetValueOrDefault("redis_version")}, {bytes} bytes in memory", bytes);
    }

    public async Task<IReadOnlyList<BackupSource>> OpenAsync(CancellationToken cancellationToken)
    {
        var info = await InfoAsync(cancellationToken);
        return
        [
            new BackupSource(Artifact, WriteSnapshotAsync)
            {
                Attributes = new Dictionary<string, string>
                {
                    ["redis_version"] = info.GetValueOrDefault("redis_version", ""),
                    ["used_memory"] = info.GetValueOrDefault("used_memory", ""),
                },
            },
        ];
    }

    public async Task VerifyAsync(BackupArtifact artifact, Stream content, CancellationToken cancellationToken)
    {
        await using var check = new RdbFilter(Stream.Null, artifact.File);
        await content.CopyToAsync(check, cancellationToken);
        await check.CompleteAsync(cancellationToken);
    }

    public async Task<string> CheckTargetAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        var parent = Parent();
        var needed = StagedCopies * manifest.Artifacts.Where(a => a.Name == Artifact).Sum(a => a.OriginalBytes);
        var free = await Space.FreeAsync(server, parent, cancellationToken);
        return free >= needed
            ? $"{Where}: {settings.DataDirectory} would be replaced; {needed} bytes are needed beside it, {free} are free"
            : throw Space.TooLittle(server.Server.Name, parent, needed, free);
    }

    private async Task WriteSnapshotAsync(Stream target, CancellationToken cancellationToken)
    {
        await using var rdb = new RdbFilter(target, Where);
        await server.ReadAsync(
            RedisCommands.Snapshot(settings, password), (snapshot, token) => snapshot.CopyToAsync(rdb, token), cancellationToken);
        await rdb.EndAsync(cancellationToken);
    }

    private Task<Dictionary<string, string>> InfoAsync(CancellationToken cancellationToken) =>
        InfoAsync(RedisCommands.Live(settings, password, "INFO"), cancellationToken);

    private async Task<Dictionary<string, string>> InfoAsync(Command command, CancellationToken cancellationToken)
    {
        var result = await server.RunAsync(command, cancellationToken: cancellationToken);
        var info = new Dictionary<string, string>();
        foreach (var line in result.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':');
            if (colon > 0)
                info[line[..colon]] = line[(colon + 1)..];
        }

        // With a wrong password redis-cli warns, goes on and may still end with 0.
        return info.Count > 0
            ? info
            : throw DomainException.Precondition($"{Where}: gave no information; check that it runs and that its password is the configured one");
    }

    private string Parent()
    {
        var directory = settings.DataDirectory.TrimEnd('/');
        var slash = directory.LastIndexOf('/');
        return slash > 0 ? directory[..slash] : throw DomainException.Precondition($"'{settings.DataDirectory}' is not a data directory of Redis");
    }
}
