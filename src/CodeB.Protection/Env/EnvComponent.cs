using System.Globalization;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;

namespace CodeB.Protection.Env;

/// <summary>
/// The project's ENV file. Its values are secrets: they pass through memory and encrypted files only. On the way back the file
/// has mode 0600 and the old one waits beside it until the restore has succeeded.
/// </summary>
public sealed class EnvComponent(
    IHostSession server,
    EnvSettings settings,
    Func<CancellationToken, Task<byte[]>>? content = null,
    Func<byte[], CancellationToken, Task>? restored = null) : IBackupComponent
{
    public const string ComponentName = "env";
    public const string Artifact = "env.env";

    private const int MaxBytes = 16 * 1024 * 1024;
    private const string OldFact = "env.old";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Name => ComponentName;

    public async Task<ComponentStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var bytes = await ContentAsync(cancellationToken);
        return new ComponentStatus($"{Where(settings.Path)}: {bytes.Length} bytes", bytes.Length);
    }

    public async Task<IReadOnlyList<BackupSource>> OpenAsync(CancellationToken cancellationToken)
    {
        var bytes = await ContentAsync(cancellationToken);
        return
        [
            new BackupSource(Artifact, async (stream, token) => await stream.WriteAsync(bytes, token))
            {
                EstimatedBytes = bytes.Length,
                Attributes = new Dictionary<string, string>
                {
                    ["bytes"] = bytes.Length.ToString(CultureInfo.InvariantCulture),
                },
            },
        ];
    }

    /// <summary>The hash and the container prove the bytes; the file has no structure of its own beyond its size.</summary>
    public async Task VerifyAsync(BackupArtifact artifact, Stream content, CancellationToken cancellationToken) =>
        await ReadAllAsync(content, cancellationToken);

    public async Task<string> CheckTargetAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        var live = await server.ReadFileAsync(Path, cancellationToken);
        return $"{Where(Path)}: {(live is null ? "no file there" : "would be replaced")}";
    }

    public Task StageAsync(RestoreRun run, CancellationToken cancellationToken) =>
        run.ReadAsync(
            Artifact,
            async (stream, token) => await server.WriteFileAsync(New(run), await ReadAllAsync(stream, token), Private, token),
            cancellationToken);

    public Task UnstageAsync(RestoreRun run, CancellationToken cancellationToken) =>
        server.RunAsync(Command.Of("rm", "-f", "--", New(run)), cancellationToken: cancellationToken);

    public async Task SwitchAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        if (await server.ReadFileAsync(New(run), cancellationToken) is not { } staged)
            return;
        if (!run.Facts.ContainsKey(OldFact))
        {
            var live = await server.ReadFileAsync(Path, cancellationToken);
            if (live is not null)
                await server.WriteFileAsync(Old(run), live, Private, cancellationToken);
            run.Facts[OldFact] = live is null ? "none" : "kept";
            await run.SaveAsync(cancellationToken);
        }

        await server.WriteFileAsync(Path, staged, Private, cancellationToken);
        await server.RunAsync(Command.Of("rm", "-f", "--", New(run)), cancellationToken: cancellationToken);
    }

    public async Task SwitchBackAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        if (!run.Facts.TryGetValue(OldFact, out var old))
            return;
        if (old == "none")
        {
            await server.RunAsync(Command.Of("rm", "-f", "--", Path), cancellationToken: cancellationToken);
        }
        else if (await server.ReadFileAsync(Old(run), cancellationToken) is { } kept)
        {
            await server.WriteFileAsync(Path, kept, Private, cancellationToken);
            await server.RunAsync(Command.Of("rm", "-f", "--", Old(run)), cancellationToken: cancellationToken);
        }
    }

    public async Task<string> CheckAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        var live = await server.ReadFileAsync(Path, cancellationToken) ?? throw DomainException.Precondition($"{Where(Path)}: is missing after the restore");
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(live));
        return hash == run.Artifact(Artifact).ContentSha256
            ? $"{live.Length} bytes, as in the set"
            : throw new DomainException(ErrorCode.DataLoss, $"{Where(Path)}: is not the set's file after the restore");
    }

    public async Task DropOldAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        if (restored is not null && await server.ReadFileAsync(Path, cancellationToken) is { } live)
            await restored(live, cancellationToken);
        await server.RunAsync(Command.Of("rm", "-f", "--", Old(run)), cancellationToken: cancellationToken);
    }

    private string Path => settings.Path.StartsWith('/') && !settings.Path.Contains("/../", StringComparison.Ordinal)
        ? settings.Path
        : throw DomainException.Precondition("the project has no ENV file's path on the app server");

    private string Where(string path) => $"{server.Server.Name}:{path}";

    private string New(RestoreRun run) => $"{Path}.restore-{run.Id}";

    private string Old(RestoreRun run) => $"{Path}.before-{run.Id}";

    private async Task<byte[]> ContentAsync(CancellationToken cancellationToken) =>
        content is not null
            ? await content(cancellationToken)
            : await server.ReadFileAsync(Path, cancellationToken) ?? throw DomainException.Precondition($"{Where(Path)}: there is no ENV file to back up");

    private static async Task<byte[]> ReadAllAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            memory.Write(buffer, 0, read);
            if (memory.Length > MaxBytes)
                throw new DomainException(ErrorCode.DataLoss, $"{Artifact}: is larger than {MaxBytes} bytes, which no ENV file is");
        }

        return memory.ToArray();
    }
}
