using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Protection.Components;
using CodeB.Protection.Sets;
using CodeB.Protection.Tests.Components;
using CodeB.Protection.Tests.DataPath;

namespace CodeB.Protection.Tests.Sets;

[Collection("storage")]
public sealed class SetRepositoryTests(StorageMachine machine)
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_set_is_listed_only_once_its_manifest_is_there()
    {
        var set = SetId.Of(ProjectName.Parse("listed"), Noon);
        await machine.Sets.BeginAsync(set, "op");
        var artifact = await WriteAsync(machine.Sets, set, "a.txt", 1000);
        Assert.Empty(await machine.Sets.ListAsync(set.Project));
        var error = await Assert.ThrowsAsync<DomainException>(() => machine.Sets.ReadManifestAsync(set));
        Assert.Equal(ErrorCode.NotFound, error.Code);

        await machine.Sets.SealAsync(new BackupManifest { SetId = set.Value, Project = "listed", Artifacts = [artifact] });

        Assert.Equal([set.Value], (await machine.Sets.ListAsync(set.Project)).Select(m => m.SetId));
        await machine.Sets.DeleteAsync(set);
        Assert.Empty(await machine.Sets.ListAsync(set.Project));
        Assert.Empty(await machine.Sets.FilesAsync(set));
    }

    [Fact]
    public async Task What_crashed_runs_left_is_removed_and_running_and_finished_sets_stay()
    {
        var project = ProjectName.Parse("stale");
        var (crashed, running, finished) = (SetId.Of(project, Noon), SetId.Of(project, Noon.AddHours(1)), SetId.Of(project, Noon.AddHours(2)));
        foreach (var set in new[] { crashed, running, finished })
        {
            await machine.Sets.BeginAsync(set, set.Value);
            await machine.ShAsync($"touch {machine.Sets.FolderOf(set)}/x.part");
        }

        await machine.Sets.SealAsync(new BackupManifest { SetId = finished.Value, Project = "stale" });
        var removed = await machine.Sets.RemoveStaleAsync(project, [running]);

        Assert.Equal([machine.Sets.FolderOf(crashed), $"{machine.Sets.FolderOf(finished)}/x.part"], removed);
        Assert.Empty(await machine.Sets.FilesAsync(crashed));
        Assert.True((await machine.Sets.FilesAsync(running)).ContainsKey("x.part"));
        Assert.Single(await machine.Sets.ListAsync(project));
    }

    [Fact]
    public async Task Another_operation_cannot_write_into_a_set_that_is_begun()
    {
        var set = SetId.Of(ProjectName.Parse("owned"), Noon);
        await machine.Sets.BeginAsync(set, "one");
        await machine.Sets.BeginAsync(set, "one");

        var error = await Assert.ThrowsAsync<DomainException>(() => machine.Sets.BeginAsync(set, "two"));
        await machine.Sets.DeleteBegunAsync(set, "two");

        Assert.Equal(ErrorCode.AlreadyExists, error.Code);
        Assert.NotEmpty(await machine.Sets.FilesAsync(set));
    }

    [Fact]
    public async Task Too_little_room_is_told_with_host_path_needed_and_free_bytes()
    {
        var error = await Assert.ThrowsAsync<DomainException>(() => machine.Sets.CheckSpaceAsync(1L << 60));

        Assert.Equal(ErrorCode.ResourceExhausted, error.Code);
        Assert.Matches($"^storage:{machine.BackupRoot}: .*{1L << 60} bytes are needed, [0-9]+ are free", error.Message);
    }

    [Fact]
    public async Task A_disk_that_fills_on_the_way_is_told_and_leaves_no_file()
    {
        var root = $"{machine.BackupRoot}-small";
        await machine.ShAsync($"mkdir {root} && mount -t tmpfs -o size=2m none {root}");
        try
        {
            var sets = new SetRepository(machine.Session, root);
            var set = SetId.Of(ProjectName.Parse("full"), Noon);
            await sets.BeginAsync(set, "op");

            var error = await Assert.ThrowsAsync<DomainException>(() => WriteAsync(sets, set, "large", 20_000_000));

            Assert.Equal(ErrorCode.ResourceExhausted, error.Code);
            Assert.Contains($"storage:{sets.FolderOf(set)}/large", error.Message, StringComparison.Ordinal);
            Assert.Equal([".operation"], (await sets.FilesAsync(set)).Keys);
        }
        finally
        {
            await machine.ShAsync($"umount {root} && rmdir {root}");
        }
    }

    private static Task<BackupArtifact> WriteAsync(SetRepository sets, SetId set, string name, int bytes) => sets.WriteAsync(
        set, "test", new BackupSource(name, async (sink, token) => await sink.WriteAsync(ContainerTests.Bytes(bytes, 1), token)), new(), TimeProvider.System);
}
