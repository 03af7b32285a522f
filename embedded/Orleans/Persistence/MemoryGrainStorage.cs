using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Persistence;

/// <summary>States in memory, kept as JSON, so that a grain never shares its objects with the stored ones.</summary>
internal sealed class MemoryGrainStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string State, GrainId Grain), Record> _records = new();
    private long _version;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var found = _records.TryGetValue((stateName, grainId), out var record);
        grainState.RecordExists = found;
        grainState.ETag = found ? record!.ETag : null;
        grainState.State = found ? StateJson.Read<T>(record!.Json) : default!;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var version = Interlocked.Increment(ref _version).ToString(CultureInfo.InvariantCulture);
        var record = new Record(version, StateJson.Write(grainState.State));
        var key = (stateName, grainId);
        lock (_records)
        {
            Check(key, grainState.ETag);
            _records[key] = record;
        }

        grainState.ETag = version;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_records)
        {
            Check((stateName, grainId), grainState.ETag);
            _records.TryRemove((stateName, grainId), out _);
        }

        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private void Check((string State, GrainId Grain) key, string? etag)
    {
        var stored = _records.TryGetValue(key, out var record) ? record.ETag : null;
        if (stored == etag) return;
        throw new InconsistentStateException(
            $"The state '{key.State}' of {key.Grain} is at version {stored ?? "none"}, not {etag ?? "none"}.", stored, etag);
    }

    private sealed record Record(string ETag, byte[] Json);
}
