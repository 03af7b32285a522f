using Demo.Fleet;
using Demo.Steps;

namespace Demo.Data;

/// <summary>The number of rows of a table, or of keys in Redis, and the hash over all that they hold.</summary>
internal sealed record Counted(string Name, long Count, string Hash);

/// <summary>All the data of the application at one moment.</summary>
internal sealed record Content(IReadOnlyList<Counted> Tables, Counted Redis, EnvContent Env, long DatabaseBytes)
{
    public long Rows => Tables.Sum(table => table.Count);

    /// <summary>Reads everything.</summary>
    /// <exception cref="StepException">There is so little that equal hashes would say nothing.</exception>
    public static async Task<Content> ReadAsync(Guestbook guestbook, Servers servers, string slot, CancellationToken cancellationToken)
    {
        var (tables, bytes) = await PostgresContent.ReadAsync(guestbook, cancellationToken);
        var content = new Content(
            tables,
            await RedisContent.ReadAsync(guestbook, cancellationToken),
            await EnvContent.ReadAsync(servers, slot, cancellationToken),
            bytes);
        return tables.Count >= 3 && tables.All(table => table.Count > 0) && content.Redis.Count >= SampleData.Strings + SampleData.Hashes
            ? content
            : throw new StepException(servers.Storage.Name, $"the sample data is not all there: {content}");
    }

    /// <summary>A line for each thing that is not the same in both.</summary>
    public IReadOnlyList<string> DifferencesTo(Content other)
    {
        var differences = new List<string>();
        foreach (var name in Tables.Concat(other.Tables).Select(table => table.Name).Distinct())
            Compare($"table {name}", Tables.SingleOrDefault(t => t.Name == name), other.Tables.SingleOrDefault(t => t.Name == name));
        Compare("Redis", Redis, other.Redis);
        Compare("ENV file", Env, other.Env);
        return differences;

        void Compare(string what, object? mine, object? theirs)
        {
            if (!Equals(mine, theirs))
                differences.Add($"{what}: {theirs?.ToString() ?? "missing"} before, {mine?.ToString() ?? "missing"} now");
        }
    }

    public override string ToString() =>
        $"{string.Join(", ", Tables.Select(table => $"{table.Count} {table.Name}"))}, {Redis.Count} Redis keys, ENV file {Env.Sha256[..12]}";
}

/// <summary>The ENV file of a slot on the app server, known by its hash: it holds secrets.</summary>
internal sealed record EnvContent(string Path, string Sha256, string Mode)
{
    public static async Task<EnvContent> ReadAsync(Servers servers, string slot, CancellationToken cancellationToken)
    {
        var path = PathOf(slot);
        var output = await servers.Web.RunAsync($"sha256sum < {path}; stat -c %a {path}", cancellationToken);
        var lines = output.Split('\n');
        return new(path, lines[0].Split(' ')[0], lines[1]);
    }

    public static string PathOf(string slot) => $"/opt/codeb/env/{Guestbook.Project}/{Guestbook.Environment}/{slot}.env";
}
