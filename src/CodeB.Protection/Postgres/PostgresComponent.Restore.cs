using System.Globalization;
using System.Text.Json;
using CodeB.Domain.Errors;
using CodeB.Protection.Components;

namespace CodeB.Protection.Postgres;

public sealed partial class PostgresComponent
{
    /// <summary>Whether there was a live database before the switch: kept or none.</summary>
    private const string OldFact = "postgres.old";

    /// <summary>The roles this restore made, as a JSON list: its undo removes them again.</summary>
    private const string RolesFact = "postgres.roles";

    public async Task StageAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        if (run.KeptPlaceOf(Name) is { } kept)
        {
            run.Report(await FindKeptAsync(kept, run.KeptBy, cancellationToken));
            return;
        }

        var dump = run.Artifact(DumpArtifact);
        await RunAsync(PgCommands.MaintenanceDatabase, PgSql.Drop(New(run)), cancellationToken);
        await MakeRolesAsync(run, cancellationToken);
        await RunAsync(PgCommands.MaintenanceDatabase, PgSql.Create(New(run), dump.Attributes), cancellationToken);
        await run.ReadAsync(
            DumpArtifact,
            (content, token) => server.WriteAsync(
                PgCommands.Restore(settings, New(run)), (input, t) => content.CopyToAsync(input, t), token),
            cancellationToken);
        await RunAsync(New(run), "ANALYZE;", cancellationToken);
        run.Report(await CompareAsync(run, New(run), live: false, cancellationToken));
    }

    public async Task UnstageAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        // What was kept was not made by the staging.
        if (run.KeptPlaceOf(Name) is not null)
            return;
        await RunAsync(PgCommands.MaintenanceDatabase, PgSql.Drop(New(run)), cancellationToken);
        foreach (var role in run.Facts.TryGetValue(RolesFact, out var json) ? JsonSerializer.Deserialize<string[]>(json) ?? [] : [])
            await RunAsync(PgCommands.MaintenanceDatabase, PgSql.DropRole(role), cancellationToken);
    }

    public async Task SwitchAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        var there = await DatabasesAsync(run, cancellationToken);
        if (!there.Contains(New(run)))
        {
            // The two renames are one transaction: if the new one has left its name, it has the live one.
            if (!run.Facts.ContainsKey(OldFact) || !there.Contains(settings.Database))
                throw DomainException.Precondition($"{Where}: the restored database {New(run)} is missing");
            return;
        }

        if (there.Contains(Old(run)))
            throw DomainException.Precondition($"{Where}: there are both {New(run)} and {Old(run)}; somebody else renames here");
        var live = there.Contains(settings.Database);
        run.Facts[OldFact] = live ? "kept" : "none";
        await run.SaveAsync(cancellationToken);
        await RunAsync(
            PgCommands.MaintenanceDatabase,
            live ? PgSql.Swap(settings.Database, Old(run), New(run), run.OperationId) : PgSql.MakeLive(New(run), settings.Database),
            cancellationToken);
    }

    public async Task SwitchBackAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        if (!run.Facts.TryGetValue(OldFact, out var old))
            return;
        var there = await DatabasesAsync(run, cancellationToken);
        var live = there.Contains(settings.Database);
        if (old == "none")
        {
            if (live && !there.Contains(New(run)))
                await RunAsync(PgCommands.MaintenanceDatabase, PgSql.Close(settings.Database) + PgSql.Rename(settings.Database, New(run)), cancellationToken);
        }
        else if (there.Contains(Old(run)))
        {
            await RunAsync(
                PgCommands.MaintenanceDatabase,
                live
                    ? PgSql.Swap(settings.Database, New(run), Old(run), run.KeptBy.Length > 0 ? run.KeptBy : run.OperationId)
                    : PgSql.MakeLive(Old(run), settings.Database),
                cancellationToken);
        }
    }

    public Task<string> CheckAsync(RestoreRun run, CancellationToken cancellationToken) => CompareAsync(run, settings.Database, live: true, cancellationToken);

    public Task DropOldAsync(RestoreRun run, CancellationToken cancellationToken) =>
        RunAsync(PgCommands.MaintenanceDatabase, PgSql.Drop(Old(run)), cancellationToken);

    private async Task MakeRolesAsync(RestoreRun run, CancellationToken cancellationToken)
    {
        var roles = JsonSerializer.Deserialize<string[]>(run.Artifact(RolesArtifact).Attributes["roles"]) ?? [];
        if (roles.Length == 0)
            return;
        var there = Lines(await RunAsync(PgCommands.MaintenanceDatabase, PgSql.ExistingRoles(roles), cancellationToken));
        if (!run.Facts.ContainsKey(RolesFact))
        {
            run.Facts[RolesFact] = JsonSerializer.Serialize(roles.Except(there));
            await run.SaveAsync(cancellationToken);
        }

        if (roles.Except(there).Any())
        {
            await run.ReadAsync(
                RolesArtifact,
                (content, token) => server.WriteAsync(
                    PgCommands.Psql(settings, PgCommands.MaintenanceDatabase), (input, t) => content.CopyToAsync(input, t), token),
                cancellationToken);
        }
    }

    /// <summary>Nobody but the restore makes tables in a staged database; in a live one an application may have made more.</summary>
    private async Task<string> CompareAsync(RestoreRun run, string database, bool live, CancellationToken cancellationToken)
    {
        var actual = await CountsAsync(database, cancellationToken);
        var found = $"{actual["tables"]} tables, {actual["indexes"]} indexes, {actual["sequences"]} sequences";
        if (run.KeptPlaceOf(Name) is not null)
            return $"{found}, as they were kept";
        var expected = run.Artifact(DumpArtifact).Attributes;
        foreach (var (what, count) in actual)
        {
            if (expected.TryGetValue(what, out var stated) && (live ? Number(count) < Number(stated) : count != stated))
            {
                throw new DomainException(
                    ErrorCode.DataLoss, $"{server.Server.Name}: database {database} has {count} {what} after the restore, the set had {stated}");
            }
        }

        return live ? $"{found}, at least those of the set" : $"{found}, as in the set";
    }

    private static long Number(string count) => long.Parse(count, CultureInfo.InvariantCulture);

    private async Task<HashSet<string>> DatabasesAsync(RestoreRun run, CancellationToken cancellationToken) =>
        [.. Lines(await RunAsync(
            PgCommands.MaintenanceDatabase, PgSql.ExistingDatabases(settings.Database, New(run), Old(run)), cancellationToken))];

    private string New(RestoreRun run) => run.KeptPlaceOf(Name) ?? Scratch("restore", run);

    private string Old(RestoreRun run) => Scratch(KeptKind, run);

    private string Scratch(string kind, RestoreRun run)
    {
        var name = $"{CheckedDatabase()}_{kind}_{run.Id}";
        return name.Length <= MaxNameBytes ? name : throw DomainException.Precondition($"{Where}: its name is too long for a restore beside it");
    }
}
