using GrainContract.Silos;

namespace GrainContract.Grains;

#pragma warning disable ORLEANS0004 // That a member without an id does not travel is what a test proves.
[GenerateSerializer]
[Alias("contract.Parcel")]
public record Parcel
#pragma warning restore ORLEANS0004
{
    [Id(0)]
    public string Name { get; init; } = "";

    [Id(1)]
    public List<string> Items { get; init; } = [];

    [Id(2)]
    public Dictionary<string, Parcel> Inner { get; init; } = [];

    [Id(3)]
    public DateTimeOffset? At { get; init; }

    public string NotSent { get; set; } = "";
}

[GenerateSerializer]
[Alias("contract.MarkedParcel")]
public sealed record MarkedParcel : Parcel
{
    [Id(0)]
    public int Mark { get; init; }
}

[GenerateSerializer]
[Alias("contract.Position")]
public sealed record Position(string Name, int[] Numbers);

[GenerateSerializer]
[Alias("contract.Link")]
public sealed class Link
{
    [Id(0)]
    public string Name { get; set; } = "";

    [Id(1)]
    public Link? Next { get; set; }
}

[GenerateSerializer]
[Immutable]
[Alias("contract.Label")]
public sealed record Label([property: Id(0)] string Text);

public interface IParcelGrain : IGrainWithStringKey
{
    Task PutAsync(Parcel parcel);

    Task<Parcel> GetAsync();

    Task<Parcel> SpoilAsync(Parcel parcel);

    Task<Position> MoveAsync(Position position);

    Task<Link> FollowAsync(Link link);

    Task StickAsync(Label label);

    ValueTask<int> CountAsync();

    ValueTask EmptyAsync();
}

public sealed class ParcelGrain(Probe probe) : Grain, IParcelGrain
{
    private Parcel _parcel = new();

    public Task PutAsync(Parcel parcel)
    {
        _parcel = parcel;
        return Task.CompletedTask;
    }

    public Task<Parcel> GetAsync() => Task.FromResult(_parcel);

    public Task<Parcel> SpoilAsync(Parcel parcel)
    {
        parcel.Items.Add("spoiled");
        return Task.FromResult(parcel);
    }

    public Task<Position> MoveAsync(Position position) => Task.FromResult(position with { Numbers = [.. position.Numbers, 1] });

    public Task<Link> FollowAsync(Link link) => Task.FromResult(link);

    public Task StickAsync(Label label)
    {
        probe.Keep(this.GetPrimaryKeyString(), label);
        return Task.CompletedTask;
    }

    public ValueTask<int> CountAsync() => new(_parcel.Items.Count);

    public async ValueTask EmptyAsync()
    {
        await Task.Yield();
        _parcel.Items.Clear();
    }
}
