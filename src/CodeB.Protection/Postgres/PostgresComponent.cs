using System.Globalization;
using System.Text;
using System.Text.Json;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Protection.Sets;

namespace CodeB.Protection.Postgres;

/// <summary>
/// The project's database: a dump in pg_dump's custom format and the roles it depends on. A restore fills a new database
/// beside the live one and swaps their names; the old one stays, closed, until the restore has succeeded.
/// </summary>
public sealed partial class PostgresComponent(IHostSession server, PostgresSettings settings) : IDataComponent
{
    public const string ComponentName = "postgres";
    public const string DumpArtifact = "postgres.dump";
    public const string RolesArtifact = "postgres.roles.sql";

    private const int MaxNameBytes = 63;

    public string Name => ComponentName;

    private string Where => $"{server.Server.Name}: database {settings.Database}";

    public async Task<ComponentStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var properties = await PropertiesAsync(cancellationToken) ?? throw DomainException.Precondition($"{Where}: does not exist");
        var bytes = long.Parse(properties["bytes"], CultureInfo.InvariantCulture);
        return new ComponentStatus($"{Where}: PostgreSQL {properties["server_version"]}, {bytes} bytes", bytes);
    }

    public async Task<IReadOnlyList<BackupSource>> OpenAsync(CancellationToken cancellationToken)
    {
        var properties = await PropertiesAsync(cancellationToken) ?? throw DomainException.Precondition($"{Where}: does not exist");
        var counts = await CountsAsync(settings.Database, cancellationToken);
        foreach (var (key, value) in counts)
            properties[key] = value;
        var roles = await RunAsync(PgCommands.MaintenanceDatabase, PgSql.RolesOf(settings.Database), cancellationToken);
        var script = Encoding.UTF8.GetBytes(
            await RunAsync(PgCommands.MaintenanceDatabase, PgSql.RoleScript(settings.Database), cancellationToken));
        return
        [
            new BackupSource(RolesArtifact, async (stream, token) => await stream.WriteAsync(script, token))
            {
                Attributes = new Dictionary<string, string> { ["roles"] = JsonSerializer.Serialize(Lines(roles)) },
            },
            new BackupSource(
                DumpArtifact,
                async (stream, token) =>
                {
                    await server.ReadAsync(PgCommands.Dump(settings), (dump, t) => dump.CopyToAsync(stream, t), token);
                    // Counts that changed meanwhile say nothing about the dump's instant: a restore must not be held to them.
                    foreach (var (key, value) in await CountsAsync(settings.Database, token))
                    {
                        if (counts[key] != value)
                            properties.Remove(key);
                    }
                })
            {
                Attributes = properties,
                EstimatedBytes = long.Parse(properties["bytes"], CultureInfo.InvariantCulture),
            },
        ];
    }

    public async Task VerifyAsync(BackupArtifact artifact, Stream content, CancellationToken cancellationToken)
    {
        if (artifact.Name == DumpArtifact)
        {
            var magic = new byte[5];
            var read = await content.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken);
            if (read < magic.Length || !magic.AsSpan().SequenceEqual("PGDMP"u8))
                throw new DomainException(ErrorCode.DataLoss, $"{artifact.File}: is not a dump in pg_dump's custom format");
        }

        await content.CopyToAsync(Stream.Null, cancellationToken);
    }

    public async Task<string> CheckTargetAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        var needed = manifest.Artifacts.Where(a => a.Name == DumpArtifact).Sum(a => BytesOf(a));
        var directory = await RunAsync(PgCommands.MaintenanceDatabase, "SHOW data_directory;", cancellationToken);
        var free = await Space.FreeAsync(server, directory, cancellationToken);
        if (free < needed)
            throw Space.TooLittle(server.Server.Name, directory, needed, free);
        var live = await PropertiesAsync(cancellationToken);
        return live is null
            ? $"{Where} does not exist and would be made"
            : $"{Where} ({live["bytes"]} bytes) would be replaced; {needed} bytes are needed beside it, {free} are free";
    }

    private async Task<Dictionary<string, string>?> PropertiesAsync(CancellationToken cancellationToken)
    {
        var json = await RunAsync(PgCommands.MaintenanceDatabase, PgSql.Properties(CheckedDatabase()), cancellationToken);
        return json.Length == 0 ? null : Parse(json);
    }

    private async Task<Dictionary<string, string>> CountsAsync(string database, CancellationToken cancellationToken) =>
        Parse(await RunAsync(database, PgSql.Counts, cancellationToken));

    private async Task<string> RunAsync(string database, string sql, CancellationToken cancellationToken)
    {
        var result = await server.RunAsync(PgCommands.Psql(settings, database), Encoding.UTF8.GetBytes(sql), cancellationToken);
        return result.Output.Trim();
    }

    private string CheckedDatabase() => settings.Database.Length is > 0 and <= 40
        && settings.Database.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
        ? settings.Database
        : throw DomainException.Precondition($"'{settings.Database}' is not a database name that CodeB backs up: 1 to 40 letters, digits, '_' and '-'");

    private static long BytesOf(BackupArtifact artifact) =>
        artifact.Attributes.TryGetValue("bytes", out var bytes) ? long.Parse(bytes, CultureInfo.InvariantCulture) : artifact.OriginalBytes;

    private static Dictionary<string, string> Parse(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
