using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Domain.Secrets;
using CodeB.Protection.Components;
using CodeB.Protection.Config;
using CodeB.Protection.Runbooks;

namespace CodeB.Protection.Tests.Components;

[Collection("storage")]
public sealed class ConfigComponentTests(StorageMachine machine)
{
    private static readonly string[] Only = [ConfigComponent.ComponentName];

    [Fact]
    public async Task A_preview_shows_every_difference_hides_secrets_and_touches_nothing()
    {
        var project = await machine.NewProjectAsync(rows: 1);
        await machine.ShAsync($"printf 'key=hunter2-geheim\\n' >> {project.ConfigFolder}/main.conf");
        var set = await BackUpAsync(project);
        await project.DamageAsync();
        await machine.ShAsync($"printf 'c\\0d' > {project.ConfigFolder}/sites/binary 2>/dev/null || true; printf 'key=other\\n' > {project.ConfigFolder}/main.conf");
        var now = await project.HashAsync();
        var component = Component(project, new Redaction(["hunter2-geheim"]));

        var differences = await component.PreviewAsync(Content(project, set), default);

        string What(string path) => differences.Single(d => d.Path == path).What;
        Assert.Equal("mode 0600 → 0640, content, 10 → 39 bytes", What($"{project.ConfigFolder}/main.conf"));
        Assert.Equal("link to main.conf → sites/binary", What($"{project.ConfigFolder}/link"));
        Assert.Equal("file would be taken away", What($"{project.ConfigFolder}/new"));
        Assert.Equal("file → folder", What($"{project.ConfigFolder}/sites"));
        Assert.Equal("file would be made", What($"{project.ConfigFolder}/sites/a b.conf"));
        Assert.Equal("file would be made", What(project.ComposeFile));
        var diff = differences.Single(d => d.Path == $"{project.ConfigFolder}/main.conf").Diff;
        Assert.Contains("-key=other\n", diff, StringComparison.Ordinal);
        Assert.Contains("+listen 80\n", diff, StringComparison.Ordinal);
        Assert.Contains("+key=***\n", diff, StringComparison.Ordinal);
        Assert.Equal("", differences.Single(d => d.Path.EndsWith("binary", StringComparison.Ordinal)).Diff);
        Assert.Equal(now, await project.HashAsync());
        Assert.Equal("", await project.LeftoversAsync());
    }

    [Fact]
    public async Task A_preview_of_what_is_as_the_set_holds_it_is_empty()
    {
        var project = await machine.NewProjectAsync(rows: 1);

        var set = await BackUpAsync(project);

        Assert.Empty(await Component(project).PreviewAsync(Content(project, set), default));
    }

    [Fact]
    public async Task A_missing_path_is_told_with_what_to_do_and_an_optional_one_is_noted()
    {
        var project = await machine.NewProjectAsync(rows: 1);
        var settings = new ConfigSettings { Paths = [project.ConfigFolder, "/opt/not-there/x.yml"] };

        var refused = await Assert.ThrowsAsync<DomainException>(() => new ConfigComponent(machine.Session, settings).OpenAsync(default));
        var optional = await new ConfigComponent(machine.Session, settings with { Optional = ["/opt/not-there/x.yml"] }).OpenAsync(default);

        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("storage: /opt/not-there/x.yml is missing", refused.Message, StringComparison.Ordinal);
        Assert.Equal("[\"/opt/not-there/x.yml\"]", optional[0].Attributes["missing"]);
    }

    [Fact]
    public async Task A_restore_that_fails_after_the_switch_leaves_what_was_live_and_nothing_beside_it()
    {
        var project = await machine.NewProjectAsync(rows: 1);
        var set = await BackUpAsync(project);
        await project.DamageAsync();
        var now = await project.HashAsync();
        var runbook = RestoreRunbook.Create(Only);
        runbook = runbook with
        {
            Steps = [.. runbook.Steps.Select(s => s.Name == "check-restored" ? s with { Do = (_, _, _) => throw new InvalidOperationException("no") } : s)],
        };

        var restore = await Operations.RunAsync(runbook, () => Restore(project, set));

        Assert.True(restore.State == OperationState.Undone, string.Join("; ", restore.NotUndone));
        Assert.Equal(now, await project.HashAsync());
        Assert.Equal("", await project.LeftoversAsync());
    }

    [Fact]
    public async Task A_mount_point_is_refused_before_anything_is_staged()
    {
        var project = await machine.NewProjectAsync(rows: 1);
        var set = await BackUpAsync(project);
        await machine.ShAsync($"mount -t tmpfs none {project.ConfigFolder}");
        try
        {
            var restore = await Operations.RunAsync(RestoreRunbook.Create(Only), () => Restore(project, set));

            Assert.Contains("a mount point cannot be replaced", restore.Error, StringComparison.Ordinal);
            Assert.Equal("", await project.LeftoversAsync());
        }
        finally
        {
            await machine.ShAsync($"umount {project.ConfigFolder}");
        }
    }

    [Fact]
    public async Task The_archive_is_read_with_stock_tools()
    {
        var project = await machine.NewProjectAsync(rows: 1);
        var set = project.NewSetId();
        var clear = new BackupContext(project.Backup(set).Input with { Components = Only, Encrypt = false }, machine.Sets, [Component(project)], null, TimeProvider.System);
        Assert.Equal(OperationState.Succeeded, (await Operations.RunAsync(BackupRunbook.Create(Only), () => clear)).State);

        var list = await machine.ShAsync($"zstd -dq -c {machine.Sets.FolderOf(set)}/config.tar.zst | tar -tv --numeric-owner");

        Assert.Matches($"-rw-r----- 0/0 .*{project.ConfigFolder[1..]}/main.conf\n", list.Output);
        Assert.Matches($"-rw-r--r-- 12/34 .*{project.ConfigFolder[1..]}/sites/binary\n", list.Output);
        Assert.Contains("link -> sites/binary", list.Output, StringComparison.Ordinal);
    }

    private async Task<Domain.Backups.SetId> BackUpAsync(StorageMachine.Project project)
    {
        var set = project.NewSetId();
        var backup = await Operations.RunAsync(
            BackupRunbook.Create(Only),
            () => new BackupContext(project.Backup(set).Input with { Components = Only }, machine.Sets, [Component(project)], machine.Keys, TimeProvider.System));
        Assert.True(backup.State == OperationState.Succeeded, backup.Error);
        return set;
    }

    private RestoreContext Restore(StorageMachine.Project project, Domain.Backups.SetId set) =>
        new(project.Restore(set).Input with { Components = Only }, machine.Sets, [Component(project)], machine.Keys, TimeProvider.System);

    private ConfigComponent Component(StorageMachine.Project project, Redaction? secrets = null) =>
        new(machine.Session, project.Settings.Config, secrets);

    private SetContent Content(StorageMachine.Project project, Domain.Backups.SetId set) =>
        new(machine.Sets.ReadManifestAsync(set).GetAwaiter().GetResult(), machine.Sets, machine.Keys);
}
