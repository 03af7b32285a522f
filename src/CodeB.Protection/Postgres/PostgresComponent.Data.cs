using CodeB.Domain.Errors;
using CodeB.Protection.Components;

namespace CodeB.Protection.Postgres;

/// <summary>
/// Holding writers: the database takes no connections and the open ones are ended, so applications get errors, not waits, for
/// as long as it lasts: 57P01 on a connection that was open, 55000 on a new one. Their pools have to connect again afterwards,
/// whether the data was changed or not.
/// </summary>
public sealed partial class PostgresComponent
{
    private const string KeptKind = "before";

    public Task HoldAsync(CancellationToken cancellationToken) =>
        RunAsync(PgCommands.MaintenanceDatabase, PgSql.Close(CheckedDatabase()), cancellationToken);

    public Task ReleaseAsync(CancellationToken cancellationToken) =>
        RunAsync(PgCommands.MaintenanceDatabase, PgSql.Reopen(CheckedDatabase()), cancellationToken);

    public string? KeptPlace(RestoreRun run) => run.Facts.TryGetValue(OldFact, out var old) && old == "kept" ? Old(run) : null;

    public async Task<string> FindKeptAsync(string place, string keptBy, CancellationToken cancellationToken)
    {
        var kept = await KeptAsync(place, cancellationToken)
            ?? throw DomainException.NotFound($"{server.Server.Name}: the database {place}, kept by {keptBy}, is gone");
        return kept["kept_by"] == keptBy
            ? $"{server.Server.Name}: database {place} ({kept["bytes"]} bytes), kept by {keptBy}"
            : throw NotOurs(place, keptBy, kept["kept_by"]);
    }

    public async Task DropKeptAsync(string place, string keptBy, CancellationToken cancellationToken)
    {
        if (await KeptAsync(place, cancellationToken) is not { } kept)
            return;
        if (kept["kept_by"] != keptBy)
            throw NotOurs(place, keptBy, kept["kept_by"]);
        await RunAsync(PgCommands.MaintenanceDatabase, PgSql.Drop(place), cancellationToken);
    }

    private async Task<Dictionary<string, string>?> KeptAsync(string place, CancellationToken cancellationToken)
    {
        var prefix = $"{CheckedDatabase()}_{KeptKind}_";
        if (!place.StartsWith(prefix, StringComparison.Ordinal) || !place[prefix.Length..].All(char.IsAsciiHexDigitLower))
            throw DomainException.Precondition($"{server.Server.Name}: '{place}' is not a name under which data of {settings.Database} is kept; it stays");
        var json = await RunAsync(PgCommands.MaintenanceDatabase, PgSql.Kept(place), cancellationToken);
        return json.Length == 0 ? null : Parse(json);
    }

    private DomainException NotOurs(string place, string keptBy, string mark) => DomainException.Precondition(
        $"{server.Server.Name}: database {place} is marked as kept by '{mark}', not by {keptBy}; it stays as it is");
}
