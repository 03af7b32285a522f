using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Persistence;

/// <summary>States in PostgreSQL. A write is one statement, which changes nothing if the version is not the one that was read.</summary>
internal sealed class PostgresGrainStorage(PostgresDatabase database, string serviceId) : IGrainStorage
{
    private const string Key = "grain_key = $1 AND grain_type = $2 AND state_name = $3 AND service_id = $4";

    private const string Select = $"SELECT payload, version FROM embedded.state WHERE {Key}";

    private const string Insert = """
        INSERT INTO embedded.state (grain_key, grain_type, state_name, service_id, payload, version)
        VALUES ($1, $2, $3, $4, $5, 1) ON CONFLICT DO NOTHING RETURNING version
        """;

    private const string Update =
        $"UPDATE embedded.state SET payload = $5, version = version + 1, modified_at = now() WHERE {Key} AND version = $6 RETURNING version";

    private const string Delete = $"DELETE FROM embedded.state WHERE {Key} AND version = $5 RETURNING version";

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    public async Task ReadStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        await database.EnsureTablesAsync(cancellationToken);
        await using var command = Command(Select, stateName, grainId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        grainState.RecordExists = await reader.ReadAsync(cancellationToken);
        if (grainState.RecordExists)
        {
            grainState.State = StateJson.Read<T>(reader.GetFieldValue<byte[]>(0));
            grainState.ETag = Text(reader.GetInt64(1));
        }
        else
        {
            grainState.State = default!;
            grainState.ETag = null;
        }
    }

    public async Task WriteStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        await database.EnsureTablesAsync(cancellationToken);
        var isNew = grainState.ETag is null;
        await using var command = Command(isNew ? Insert : Update, stateName, grainId);
        command.Parameters.Add(new() { Value = StateJson.Write(grainState.State), NpgsqlDbType = NpgsqlDbType.Json });
        if (!isNew) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Version(grainState.ETag!) });
        var version = await command.ExecuteScalarAsync(cancellationToken);
        if (version is null) throw await StaleAsync(stateName, grainId, grainState.ETag, cancellationToken);
        grainState.ETag = Text((long)version);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        await database.EnsureTablesAsync(cancellationToken);
        // Without a version there must be no record; otherwise there must be one of that version, which goes.
        var isNew = grainState.ETag is null;
        await using var command = Command(isNew ? Select : Delete, stateName, grainId);
        if (!isNew) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Version(grainState.ETag!) });
        var found = await command.ExecuteScalarAsync(cancellationToken) is not null;
        if (found == isNew) throw await StaleAsync(stateName, grainId, grainState.ETag, cancellationToken);
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private async Task<InconsistentStateException> StaleAsync(
        string stateName, GrainId grainId, string? etag, CancellationToken cancellationToken)
    {
        await using var command = Command(Select, stateName, grainId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var stored = await reader.ReadAsync(cancellationToken) ? Text(reader.GetInt64(1)) : null;
        return new(
            $"The state '{stateName}' of {grainId} is at version {stored ?? "none"}, not {etag ?? "none"}: somebody else wrote it.",
            stored,
            etag);
    }

    private NpgsqlCommand Command(string sql, string stateName, GrainId grainId)
    {
        var command = database.Source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = grainId.KeyText });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = grainId.TypeText });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stateName });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = serviceId });
        return command;
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static long Version(string etag) => long.Parse(etag, CultureInfo.InvariantCulture);
}
