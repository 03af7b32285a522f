using System.Security.Cryptography;
using System.Text;
using Demo.Steps;
using StackExchange.Redis;

namespace Demo.Data;

/// <summary>Every key of Redis in order, with its type and all that it holds, under one hash.</summary>
internal static class RedisContent
{
    private const int Batch = 2_000;

    public static Task<Counted> ReadAsync(Guestbook guestbook, CancellationToken cancellationToken) => guestbook.WithRedisAsync(async redis =>
    {
        var database = redis.GetDatabase();
        var keys = redis.GetServer(redis.GetEndPoints().Single()).Keys(pageSize: Batch)
            .Select(key => (string)key!)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var batch in keys.Chunk(Batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var types = await Task.WhenAll(batch.Select(key => database.KeyTypeAsync(key)));
            var values = await Task.WhenAll(batch.Zip(types, (key, type) => ValueAsync(database, key, type)));
            for (var i = 0; i < batch.Length; i++)
            {
                Append(hash, batch[i]);
                foreach (var part in values[i])
                    Append(hash, part);
            }
        }

        return new Counted("keys", keys.Count, Convert.ToHexStringLower(hash.GetHashAndReset()));
    });

    private static async Task<IReadOnlyList<string>> ValueAsync(IDatabase database, string key, RedisType type) => type switch
    {
        RedisType.String => ["string", (await database.StringGetAsync(key))!],
        RedisType.Hash =>
        [
            "hash",
            .. (await database.HashGetAllAsync(key))
                .OrderBy(entry => (string)entry.Name!, StringComparer.Ordinal)
                .SelectMany(entry => new[] { (string)entry.Name!, (string)entry.Value! }),
        ],
        _ => throw new StepException("storage", $"Redis key {key} is of type {type}, which the demo did not write"),
    };

    // With its length before it, so that no two contents read the same.
    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
