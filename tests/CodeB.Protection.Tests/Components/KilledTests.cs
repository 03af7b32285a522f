using CodeB.Domain.Operations;
using CodeB.Protection.Runbooks;
using CodeB.Runbooks.Faults;

namespace CodeB.Protection.Tests.Components;

[Collection("storage")]
public sealed class KilledTests(StorageMachine machine)
{
    public static TheoryData<string> BackupPoints => [.. Points(BackupRunbook.Create([]))];

    public static TheoryData<string> RestorePoints => [.. Points(RestoreRunbook.Create([]))];

    [Theory]
    [MemberData(nameof(BackupPoints))]
    public async Task A_backup_killed_after_any_effect_is_finished_by_the_next_process(string point)
    {
        var project = await machine.NewProjectAsync(rows: 50);
        var set = project.NewSetId();

        var backup = await project.BackUpAsync(set, point);

        Assert.True(backup.State == OperationState.Succeeded, backup.Error);
        Assert.Equal(1, backup.Resumed);
        Assert.True((await project.Backup(set).Verifier.FullAsync(set)).Ok);
        Assert.DoesNotContain((await machine.Sets.FilesAsync(set)).Keys, f => f.EndsWith(".part", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(RestorePoints))]
    public async Task A_restore_killed_after_any_effect_is_finished_by_the_next_process(string point)
    {
        var project = await machine.NewProjectAsync(rows: 50);
        var before = await project.HashAsync();
        var set = project.NewSetId();
        Assert.Equal(OperationState.Succeeded, (await project.BackUpAsync(set)).State);
        await project.DamageAsync();

        var restore = await project.RestoreAsync(set, point);

        Assert.True(restore.State == OperationState.Succeeded, restore.Error);
        Assert.Equal(1, restore.Resumed);
        Assert.Equal(before, await project.HashAsync());
        Assert.Equal("", await project.LeftoversAsync());
    }

    /// <summary>Each effect is done and the journal does not know it yet: the point at which the most can go wrong.</summary>
    private static IEnumerable<string> Points<TContext>(CodeB.Runbooks.Runbook<TContext> runbook) =>
        FaultPoints.Of(runbook).Where(p => p.EndsWith("/" + FaultPoints.AfterDo, StringComparison.Ordinal));
}
