using System.Text;
using CodeB.Domain.Env;
using CodeB.Grains.Abstractions.Env;
using CodeB.Grains.Persistence;
using CodeB.Protection.DataPath;

namespace CodeB.Grains.Env;

/// <summary>The versions of one ENV, newest last.</summary>
[GenerateSerializer]
[Alias("codeb.EnvState")]
public sealed record EnvState
{
    [Id(0)]
    public List<SealedEnvVersion> Versions { get; init; } = [];
}

/// <summary>A version as it is kept: its text only as an encrypted container.</summary>
[GenerateSerializer]
[Alias("codeb.SealedEnvVersion")]
public sealed record SealedEnvVersion
{
    [Id(0)]
    public int Version { get; init; }

    [Id(1)]
    public DateTimeOffset ChangedAt { get; init; }

    [Id(2)]
    public string ChangedBy { get; init; } = "";

    /// <summary>The dotenv text in the container of docs/formats, as base64.</summary>
    [Id(3)]
    public string SealedText { get; init; } = "";
}

internal sealed class EnvGrain([PersistentState("env")] IPersistentState<EnvState> state, KeyRing keys, TimeProvider time) : Grain, IEnvGrain
{
    private const int Kept = 100;

    Task<EnvVersion> IEnvGrain.GetAsync() => NewestAsync();

    async Task<EnvVersion> IEnvGrain.ChangeAsync(EnvChange change)
    {
        var newest = await NewestAsync();
        var before = DotEnv.Parse(newest.Text);
        var after = change.ReplaceWith is { } text ? DotEnv.Parse(text, "file") : before.Change(change.Set, change.Unset);
        if (newest.Version > 0 && after.ContentHash() == before.ContentHash())
            return newest;

        var version = new SealedEnvVersion
        {
            Version = newest.Version + 1,
            ChangedAt = time.GetUtcNow(),
            ChangedBy = change.ChangedBy,
            SealedText = await SealAsync(after.ToText()),
        };
        await state.ChangeAsync(s => new EnvState { Versions = With(s.Versions, version) });
        return await NewestAsync();
    }

    /// <summary>The first version is the master copy and stays for ever; the oldest of the others make room.</summary>
    private static List<SealedEnvVersion> With(List<SealedEnvVersion> versions, SealedEnvVersion version) =>
        versions.Count < Kept ? [.. versions, version] : [versions[0], .. versions[^(Kept - 2)..], version];

    private async Task<EnvVersion> NewestAsync()
    {
        if (state.State.Versions.Count == 0)
            return new EnvVersion();
        var newest = state.State.Versions[^1];
        return new EnvVersion
        {
            Version = newest.Version,
            ChangedAt = newest.ChangedAt,
            ChangedBy = newest.ChangedBy,
            Text = await OpenAsync(newest),
        };
    }

    private async Task<string> SealAsync(string text)
    {
        using var container = new MemoryStream();
        await using (var encrypt = new EncryptFilter(container, keys))
        {
            await encrypt.WriteAsync(Encoding.UTF8.GetBytes(text));
            await encrypt.CompleteAsync();
        }

        return Convert.ToBase64String(container.ToArray());
    }

    private async Task<string> OpenAsync(SealedEnvVersion version)
    {
        var name = $"ENV {this.GetPrimaryKeyString()} version {version.Version}";
        await using var decrypt = new DecryptFilter(new MemoryStream(Convert.FromBase64String(version.SealedText)), keys, name);
        using var text = new MemoryStream();
        await decrypt.CopyToAsync(text);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
