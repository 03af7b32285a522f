using System.Collections.Concurrent;
using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Grains.Abstractions.Backups;
using CodeB.Grains.Servers;
using CodeB.Protection.Sets;

namespace CodeB.Grains.Backups;

/// <summary>
/// Which sets there are is asked each time; what is in one is read once, for a finished set's manifest never changes. So the
/// status of hundreds of projects costs one command a backup server and is never behind.
/// </summary>
internal sealed class NewestSetsGrain(Fleet fleet) : Grain, INewestSetsGrain
{
    private readonly ConcurrentDictionary<string, CatalogEntry> _read = new();

    async Task<List<NewestSet>> INewestSetsGrain.ListAsync()
    {
        var sets = new SetRepository(await fleet.SessionAsync(this.GetPrimaryKeyString()));
        var newest = await sets.NewestOfAllAsync();
        var known = newest.Select(set => set.Value).ToHashSet();
        foreach (var gone in _read.Keys.Where(set => !known.Contains(set)))
            _read.TryRemove(gone, out _);
        return [.. await Task.WhenAll(newest.Select(set => ReadAsync(sets, set)))];
    }

    private async Task<NewestSet> ReadAsync(SetRepository sets, SetId set)
    {
        try
        {
            if (!_read.TryGetValue(set.Value, out var entry))
                _read[set.Value] = entry = BackupCatalogGrain.Entry(await sets.ReadManifestAsync(set), sets);
            return new NewestSet { Project = set.Project.Value, Set = entry };
        }
        catch (DomainException error)
        {
            return new NewestSet { Project = set.Project.Value, Error = error.Message };
        }
    }
}
