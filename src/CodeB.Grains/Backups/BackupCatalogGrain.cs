using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Projects;
using CodeB.Grains.Abstractions.Backups;
using CodeB.Grains.Servers;
using CodeB.Protection.Components;
using CodeB.Protection.DataPath;
using CodeB.Protection.Sets;

namespace CodeB.Grains.Backups;

internal sealed class BackupCatalogGrain(Fleet fleet, ProjectData data, KeyRing keys) : Grain, IBackupCatalogGrain
{
    private const string Latest = "latest";

    async Task<List<CatalogEntry>> IBackupCatalogGrain.ListAsync()
    {
        var project = await ProjectAsync();
        var sets = await data.SetsAsync(project);
        return [.. (await sets.ListAsync(ProjectName.Parse(project.Name))).Select(m => Entry(m, sets)).Reverse()];
    }

    async Task<CatalogEntry> IBackupCatalogGrain.GetAsync(string set)
    {
        var (manifest, sets, _) = await FindAsync(set);
        return Entry(manifest, sets);
    }

    async IAsyncEnumerable<VerifyProgress> IBackupCatalogGrain.VerifyAsync(
        string set, bool quick, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (manifest, sets, project) = await FindAsync(set);
        var components = ComponentCatalog.Create(
            [.. manifest.Components.Intersect(ComponentCatalog.Names)],
            await data.PlacesForReadingAsync(project, manifest.Environment));
        var verifier = new SetVerifier(sets, keys, components);
        var id = SetId.Parse(manifest.SetId);

        // The newest figure is enough: a slow watcher must not slow the reading.
        var progress = Channel.CreateBounded<VerifyProgress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var read = 0L;
        var verifying = Task.Run(
            async () =>
            {
                try
                {
                    return quick
                        ? await verifier.QuickAsync(id, cancellationToken)
                        : await verifier.FullAsync(id, null, Report, cancellationToken);
                }
                finally
                {
                    progress.Writer.TryComplete();
                }
            },
            cancellationToken);
        await foreach (var item in progress.Reader.ReadAllAsync(cancellationToken))
            yield return item;

        var result = await verifying;
        yield return new VerifyProgress
        {
            BytesDone = read,
            BytesTotal = read,
            Verdict = new VerifyVerdict
            {
                Set = manifest.SetId,
                Problems = [.. result.Artifacts.Where(a => !a.Ok).Select(a => a.Problem)],
                BytesRead = read,
            },
        };

        void Report(long done, long total)
        {
            read = done;
            progress.Writer.TryWrite(new VerifyProgress { BytesDone = done, BytesTotal = total });
        }
    }

    private async Task<(BackupManifest Manifest, SetRepository Sets, Project Project)> FindAsync(string set)
    {
        var project = await ProjectAsync();
        var name = ProjectName.Parse(project.Name);
        var sets = await data.SetsAsync(project);
        if (set == Latest)
        {
            var all = await sets.ListAsync(name);
            return all.Count > 0
                ? (all[^1], sets, project)
                : throw DomainException.NotFound($"project {project.Name} has no backup set on {project.BackupServer}; make one (we backup run {project.Name})");
        }

        var id = SetId.Parse(set, "set");
        return id.Project == name
            ? (await sets.ReadManifestAsync(id), sets, project)
            : throw DomainException.Invalid("set", $"{id} is a set of project {id.Project}, not of {project.Name}");
    }

    private Task<Project> ProjectAsync() => fleet.Registry.GetProjectAsync(this.GetPrimaryKeyString());

    internal static CatalogEntry Entry(BackupManifest manifest, SetRepository sets) => new()
    {
        SetId = manifest.SetId,
        Project = manifest.Project,
        Environment = manifest.Environment,
        StartedAt = manifest.StartedAt,
        FinishedAt = manifest.FinishedAt,
        Server = sets.Host,
        Path = sets.FolderOf(SetId.Parse(manifest.SetId)),
        Artifacts =
        [
            .. manifest.Artifacts.Select(a => new CatalogArtifact
            {
                Component = a.Component,
                File = a.File,
                StoredBytes = a.StoredBytes,
                OriginalBytes = a.OriginalBytes,
                Sha256 = a.StoredSha256,
                Duration = a.FinishedAt - a.At,
            }),
        ],
    };
}
