using CodeB.Domain.Operations;
using CodeB.Hosts.Commands;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Protection.Runbooks;

namespace CodeB.Protection.Tests.Components;

[Collection("storage")]
public sealed class RestoreTests(StorageMachine machine)
{
    [Fact]
    public async Task Backup_accident_and_restore_bring_every_row_key_and_line_back()
    {
        var project = await machine.NewProjectAsync();
        var before = await project.HashAsync();
        var set = project.NewSetId();

        var backup = await project.BackUpAsync(set);
        Assert.True(backup.State == OperationState.Succeeded, backup.Error);
        await project.DamageAsync();
        Assert.NotEqual(before, await project.HashAsync());
        var restore = await project.RestoreAsync(set);

        Assert.True(restore.State == OperationState.Succeeded, restore.Error);
        Assert.Equal(before, await project.HashAsync());
        Assert.Equal("", await project.LeftoversAsync());
        Assert.Equal(project.Name, await machine.SqlAsync("postgres", $"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{project.Name}';"));
        Assert.Equal("yes", (await machine.RedisAsync("--raw", "CONFIG", "GET", "appendonly")).Split('\n')[1]);
    }

    [Fact]
    public async Task A_database_and_a_role_that_are_gone_come_back()
    {
        var project = await machine.NewProjectAsync();
        var before = await project.HashAsync();
        var set = project.NewSetId();
        Assert.Equal(OperationState.Succeeded, (await project.BackUpAsync(set)).State);
        await machine.SqlAsync("postgres", $"DROP DATABASE {project.Name};");
        await machine.SqlAsync("postgres", $"DROP ROLE {project.Name};");

        var restore = await project.RestoreAsync(set);

        Assert.True(restore.State == OperationState.Succeeded, restore.Error);
        Assert.Equal(before, await project.HashAsync());
        Assert.StartsWith("SCRAM-SHA-256", await machine.SqlAsync("postgres", $"SELECT rolpassword FROM pg_authid WHERE rolname = '{project.Name}';"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_set_is_refused_before_anything_changes_and_says_where()
    {
        var project = await machine.NewProjectAsync();
        var set = project.NewSetId();
        Assert.Equal(OperationState.Succeeded, (await project.BackUpAsync(set)).State);
        var damaged = $"{machine.Sets.FolderOf(set)}/postgres.dump.zst.enc";
        await machine.ShAsync($"printf x | dd of={damaged} bs=1 seek=500 conv=notrunc status=none");
        await project.DamageAsync();
        var now = await project.HashAsync();

        Assert.True((await project.Backup(set).Verifier.QuickAsync(set)).Ok);
        var check = await project.Backup(set).Verifier.FullAsync(set);
        var restore = await project.RestoreAsync(set);

        Assert.Equal(["postgres.dump.zst.enc"], check.Artifacts.Where(a => !a.Ok).Select(a => a.File));
        Assert.Contains("SHA-256", check.Artifacts.First(a => !a.Ok).Problem, StringComparison.Ordinal);
        Assert.NotEqual(OperationState.Succeeded, restore.State);
        Assert.Contains(damaged, restore.Error, StringComparison.Ordinal);
        Assert.Equal(now, await project.HashAsync());
        Assert.Equal("", await project.LeftoversAsync());
    }

    [Fact]
    public async Task A_restore_that_fails_after_the_switch_puts_the_old_data_back()
    {
        var project = await machine.NewProjectAsync();
        var set = project.NewSetId();
        Assert.Equal(OperationState.Succeeded, (await project.BackUpAsync(set)).State);
        await machine.SqlAsync(project.Name, "INSERT INTO guests (name) VALUES ('later');");
        await machine.RedisAsync("SET", "later", "1");
        var now = await project.HashAsync();
        var runbook = RestoreRunbook.Create([]);
        runbook = runbook with
        {
            Steps = [.. runbook.Steps.Select(s => s.Name == "check-restored" ? s with { Do = (_, _, _) => throw new InvalidOperationException("no") } : s)],
        };

        var restore = await Operations.RunAsync(runbook, () => project.Restore(set));

        Assert.True(restore.State == OperationState.Undone, string.Join("; ", restore.NotUndone));
        Assert.Equal(now, await project.HashAsync());
        Assert.Equal("", await project.LeftoversAsync());
    }

    [Fact]
    public async Task The_stored_set_is_checked_and_read_with_stock_tools()
    {
        var project = await machine.NewProjectAsync();
        var set = project.NewSetId();
        var clear = project.Backup(set).Input with { Encrypt = false };
        var context = new BackupContext(clear, machine.Sets, project.Components, null, TimeProvider.System);
        Assert.Equal(OperationState.Succeeded, (await Operations.RunAsync(BackupRunbook.Create([]), () => context)).State);

        var folder = machine.Sets.FolderOf(set);
        await machine.ShAsync($"cd {folder} && sha256sum -c --quiet SHA256SUMS && zstd -dq -c redis.rdb.zst | redis-check-rdb /dev/stdin > /dev/null");
        var list = await machine.ShAsync($"zstd -dq -c {folder}/postgres.dump.zst | /usr/lib/postgresql/15/bin/pg_restore --list");
        var modes = await machine.ShAsync($"stat -c %a {folder} {folder}/*");

        Assert.Contains("TABLE DATA public guests", list.Output, StringComparison.Ordinal);
        Assert.All(modes.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), m => Assert.Contains(m, new[] { "700", "600" }));
    }

    [Fact]
    public async Task A_wrong_Redis_password_fails_without_showing_it()
    {
        var component = new Redis.RedisComponent(machine.Session, machine.Redis, "wrong-password");

        var error = await Assert.ThrowsAnyAsync<Exception>(() => component.StatusAsync(default));

        Assert.DoesNotContain("wrong-password", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dump_that_fails_is_told_by_its_own_message_and_leaves_no_file()
    {
        var project = await machine.NewProjectAsync();
        var set = project.NewSetId();
        await machine.Sets.BeginAsync(set, "op");
        var failing = Command.Of("sh", "-c", "echo half; echo no such database >&2; exit 3");
        var missing = new BackupSource("x.dump", (sink, token) => machine.Session.ReadAsync(failing, (dump, t) => dump.CopyToAsync(sink, t), token));

        var error = await Assert.ThrowsAsync<HostException>(() =>
            machine.Sets.WriteAsync(set, "postgres", missing, new(), TimeProvider.System));

        Assert.Contains("no such database", error.ErrorOutput, StringComparison.Ordinal);
        Assert.DoesNotContain("x.dump", string.Join(' ', (await machine.Sets.FilesAsync(set)).Keys), StringComparison.Ordinal);
    }
}
