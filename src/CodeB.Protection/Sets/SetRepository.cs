using System.Globalization;
using System.Text;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Protection.DataPath;

namespace CodeB.Protection.Sets;

/// <summary>
/// The backup sets on the backup server, one folder each: <c>{root}/{project}/{set}/</c>. A set without its manifest does not
/// exist: it is being written or was left by a crash, and is never listed.
/// </summary>
public sealed class SetRepository(IHostSession server, string root = SetRepository.DefaultRoot)
{
    public const string DefaultRoot = "/opt/codeb/backups";
    public const string PartExtension = ".part";

    private const string OwnerFile = ".operation";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The backup server's name, for messages.</summary>
    public string Host => server.Server.Name;

    public string Root { get; } = root.TrimEnd('/');

    public string FolderOf(SetId set) => $"{Root}/{set.Project}/{set}";

    /// <summary>Throws unless so many bytes are free where the sets are kept.</summary>
    /// <returns>The free bytes.</returns>
    /// <exception cref="DomainException">ResourceExhausted with host, path, needed and free bytes.</exception>
    public async Task<long> CheckSpaceAsync(long neededBytes, CancellationToken cancellationToken = default)
    {
        var free = await Space.FreeAsync(server, Root, cancellationToken);
        return free >= neededBytes ? free : throw Space.TooLittle(Host, Root, neededBytes, free);
    }

    /// <summary>Makes the set's folder (0700) for an operation. Again for the same operation it keeps what is there.</summary>
    /// <exception cref="DomainException">AlreadyExists: the set is finished, or another operation writes it.</exception>
    public async Task BeginAsync(SetId set, string operationId, CancellationToken cancellationToken = default)
    {
        var folder = FolderOf(set);
        var owner = await server.ReadFileAsync($"{folder}/{OwnerFile}", cancellationToken);
        if (owner is not null && Encoding.UTF8.GetString(owner) == operationId)
            return;
        if (owner is not null || await server.ReadFileAsync($"{folder}/{BackupManifest.FileName}", cancellationToken) is not null)
            throw DomainException.AlreadyExists($"{Host}:{folder}: another backup has this second's name; start this one again");
        await GuardAsync(folder, () => server.RunAsync(SetCommands.MakeFolder(folder), cancellationToken: cancellationToken));
        await GuardAsync(folder, () =>
            server.WriteFileAsync($"{folder}/{OwnerFile}", Encoding.UTF8.GetBytes(operationId), Private, cancellationToken));
    }

    /// <summary>
    /// Removes what crashed runs of a project left: folders without a manifest and <c>.part</c> files, except in the sets that
    /// are being written right now.
    /// </summary>
    /// <returns>The paths that were removed.</returns>
    public async Task<IReadOnlyList<string>> RemoveStaleAsync(
        ProjectName project, IReadOnlyCollection<SetId> running, CancellationToken cancellationToken = default)
    {
        var stale = await FindStaleAsync(project, running, cancellationToken);
        if (stale.Count > 0)
            await server.RunAsync(SetCommands.Remove([.. stale]), cancellationToken: cancellationToken);
        return stale;
    }

    /// <summary>What <see cref="RemoveStaleAsync"/> would remove.</summary>
    public async Task<IReadOnlyList<string>> FindStaleAsync(
        ProjectName project, IReadOnlyCollection<SetId> running, CancellationToken cancellationToken = default)
    {
        var stale = new List<string>();
        foreach (var (set, files) in await FoldersAsync(project, cancellationToken))
        {
            if (running.Contains(set))
                continue;
            if (!files.ContainsKey(BackupManifest.FileName))
                stale.Add(FolderOf(set));
            else
                stale.AddRange(files.Keys.Where(f => f.EndsWith(PartExtension, StringComparison.Ordinal)).Select(f => $"{FolderOf(set)}/{f}"));
        }

        return stale;
    }

    /// <summary>
    /// Sends a source through the data path into the set. The file has its name only after its last byte is on the disk and the
    /// source has ended well; after a failure nothing of it is left.
    /// </summary>
    /// <exception cref="DomainException">ResourceExhausted: the disk of the backup server is full.</exception>
    public async Task<BackupArtifact> WriteAsync(
        SetId set,
        string component,
        BackupSource source,
        StorageFormat format,
        TimeProvider clock,
        Action<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var path = PathOf(set, source.Name + format.Extension);
        var part = path + PartExtension;
        var began = clock.GetUtcNow();
        Stored? stored = null;
        try
        {
            await GuardAsync(path, () => server.WriteAsync(
                SetCommands.Receive(part),
                async (target, token) => stored = await BackupPipe.WriteAsync(target, format, source.WriteToAsync, progress, token),
                cancellationToken));
            await server.RunAsync(SetCommands.Publish(part, path), cancellationToken: cancellationToken);
        }
        catch (Exception error)
        {
            await RemoveAfterAsync(part, error);
            throw;
        }

        return new BackupArtifact
        {
            Component = component,
            Name = source.Name,
            File = source.Name + format.Extension,
            OriginalBytes = stored!.OriginalBytes,
            StoredBytes = stored.StoredBytes,
            StoredSha256 = stored.StoredSha256,
            ContentSha256 = stored.ContentSha256,
            Encryption = format.Keys is null ? "" : "codebenc-1",
            At = began,
            FinishedAt = clock.GetUtcNow(),
            Attributes = source.Attributes,
        };
    }

    /// <summary>Writes SHA256SUMS and then, as the last act, the manifest.</summary>
    public async Task SealAsync(BackupManifest manifest, CancellationToken cancellationToken = default)
    {
        var folder = FolderOf(SetId.Parse(manifest.SetId));
        var sums = Encoding.UTF8.GetBytes(manifest.ToSums());
        await GuardAsync(folder, () => server.WriteFileAsync($"{folder}/{BackupManifest.SumsFileName}", sums, Private, cancellationToken));
        await GuardAsync(folder, () => server.WriteFileAsync($"{folder}/{BackupManifest.FileName}", manifest.ToJson(), Private, cancellationToken));
        await server.RunAsync(SetCommands.Remove($"{folder}/{OwnerFile}"), cancellationToken: cancellationToken);
    }

    /// <summary>The finished sets of a project, oldest first.</summary>
    public async Task<IReadOnlyList<BackupManifest>> ListAsync(ProjectName project, CancellationToken cancellationToken = default)
    {
        var manifests = new List<BackupManifest>();
        foreach (var (set, files) in await FoldersAsync(project, cancellationToken))
        {
            if (files.ContainsKey(BackupManifest.FileName))
                manifests.Add(await ReadManifestAsync(set, cancellationToken));
        }

        return manifests;
    }

    /// <summary>The newest finished set of every project that has one here, by one look at the server.</summary>
    public async Task<IReadOnlyList<SetId>> NewestOfAllAsync(CancellationToken cancellationToken = default)
    {
        var found = await server.RunAsync(SetCommands.InAllSets(Root, BackupManifest.FileName), cancellationToken: cancellationToken);
        var sets = new List<SetId>();
        foreach (var path in found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (path.Split('/') is [var project, var name, _] && SetId.TryParse(name, out var set) && set.Project.Value == project)
                sets.Add(set);
        }

        return [.. sets.GroupBy(set => set.Project).Select(group => group.Max())];
    }

    /// <exception cref="DomainException">NotFound: no such set, or one that was never finished. DataLoss: a broken manifest.</exception>
    public async Task<BackupManifest> ReadManifestAsync(SetId set, CancellationToken cancellationToken = default)
    {
        var path = $"{FolderOf(set)}/{BackupManifest.FileName}";
        var json = await server.ReadFileAsync(path, cancellationToken)
            ?? throw DomainException.NotFound($"{Host}:{path}: there is no such backup set");
        var manifest = BackupManifest.FromJson(json, $"{Host}:{path}");
        return manifest.SetId == set.Value
            ? manifest
            : throw new DomainException(ErrorCode.DataLoss, $"{Host}:{path}: is the manifest of another set, {manifest.SetId}");
    }

    /// <summary>The files of a set's folder with their sizes in bytes, finished or not.</summary>
    public async Task<IReadOnlyDictionary<string, long>> FilesAsync(SetId set, CancellationToken cancellationToken = default)
    {
        var tree = await server.RunAsync(SetCommands.Tree(FolderOf(set), 1), cancellationToken: cancellationToken);
        return Entries(tree.Output).Where(e => e.Type == 'f').ToDictionary(e => e.Path, e => e.Bytes);
    }

    public async Task<string> ReadSumsAsync(SetId set, CancellationToken cancellationToken = default) =>
        Encoding.UTF8.GetString(
            await server.ReadFileAsync($"{FolderOf(set)}/{BackupManifest.SumsFileName}", cancellationToken) ?? []);

    /// <summary>Streams an artifact's original bytes: hash checked, decrypted, decompressed.</summary>
    /// <exception cref="DomainException">DataLoss: not the bytes that were written. FailedPrecondition: the key is missing.</exception>
    public Task ReadAsync(
        BackupManifest manifest,
        BackupArtifact artifact,
        KeyRing? keys,
        Func<Stream, CancellationToken, Task> consume,
        Action<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var path = PathOf(SetId.Parse(manifest.SetId), artifact.File);
        if (artifact.Encryption.Length > 0 && keys is null)
            throw DomainException.Precondition($"{Host}:{path}: is encrypted and no key ring is configured");
        var expected = new Stored(artifact.OriginalBytes, artifact.StoredBytes, artifact.StoredSha256, artifact.ContentSha256);
        return server.ReadAsync(
            SetCommands.Send(path),
            (stream, token) => BackupPipe.ReadAsync(
                stream, $"{Host}:{path}", expected, artifact.Encryption.Length > 0 ? keys : null, consume, progress, token),
            cancellationToken);
    }

    /// <summary>Removes a set or what there is of it; none is no error.</summary>
    public Task DeleteAsync(SetId set, CancellationToken cancellationToken = default) =>
        server.RunAsync(SetCommands.RemoveSet(FolderOf(set), BackupManifest.FileName), cancellationToken: cancellationToken);

    /// <summary>Removes an unfinished set only if this operation began it.</summary>
    public async Task DeleteBegunAsync(SetId set, string operationId, CancellationToken cancellationToken = default)
    {
        var owner = await server.ReadFileAsync($"{FolderOf(set)}/{OwnerFile}", cancellationToken);
        if (owner is not null && Encoding.UTF8.GetString(owner) == operationId)
            await DeleteAsync(set, cancellationToken);
    }

    private string PathOf(SetId set, string file) =>
        BackupArtifact.IsSafeFileName(file)
            ? $"{FolderOf(set)}/{file}"
            : throw new ArgumentException($"'{file}' is not a name for a file of a set.", nameof(file));

    private async Task<SortedDictionary<SetId, Dictionary<string, long>>> FoldersAsync(ProjectName project, CancellationToken cancellationToken)
    {
        var tree = await server.RunAsync(SetCommands.Tree($"{Root}/{project}", 2), cancellationToken: cancellationToken);
        var folders = new SortedDictionary<SetId, Dictionary<string, long>>();
        foreach (var (type, bytes, path) in Entries(tree.Output))
        {
            var slash = path.IndexOf('/');
            if (!SetId.TryParse(slash < 0 ? path : path[..slash], out var set) || set.Project != project)
                continue;
            if (!folders.TryGetValue(set, out var files) && (slash >= 0 || type == 'd'))
                folders[set] = files = [];
            if (slash >= 0)
                files![path[(slash + 1)..]] = bytes;
        }

        return folders;
    }

    private static IEnumerable<(char Type, long Bytes, string Path)> Entries(string tree) =>
        from line in tree.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let parts = line.Split(' ', 3)
        select (line[0], long.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]);

    private async Task GuardAsync(string path, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (HostException error) when (Space.IsFull(error))
        {
            throw new DomainException(ErrorCode.ResourceExhausted, $"{Host}:{path}: the disk is full; make room or use another place", inner: error);
        }
    }

    private async Task RemoveAfterAsync(string part, Exception error)
    {
        try
        {
            // The caller's token may be the reason for the failure, so the clean-up has its own time.
            await server.RunAsync(SetCommands.Remove(part) with { Timeout = TimeSpan.FromSeconds(30) }, cancellationToken: CancellationToken.None);
        }
        catch (HostException)
        {
            // The server cannot be reached: the next run removes the file, and the first error is the one to tell.
            error.Data["left"] = part;
        }
    }
}
