using GrainContract.Grains;
using GrainContract.Silos;

namespace GrainContract;

public sealed class IsolationTests(PlainSilo fixture) : IClassFixture<PlainSilo>
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    private IParcelGrain Grain => fixture.Silo.Grains.GetGrain<IParcelGrain>(_key);

    [Fact]
    public async Task What_the_caller_does_to_an_argument_afterwards_the_grain_does_not_see()
    {
        var parcel = new Parcel { Name = "box", Items = ["cup"], Inner = { ["bag"] = new() { Items = ["pen"] } } };
        await Grain.PutAsync(parcel);
        parcel.Items.Add("late");
        parcel.Inner["bag"].Items.Add("late");

        var kept = await Grain.GetAsync();
        Assert.Equal(["cup"], kept.Items);
        Assert.Equal(["pen"], kept.Inner["bag"].Items);
    }

    [Fact]
    public async Task What_the_caller_does_to_a_result_the_grain_does_not_see()
    {
        await Grain.PutAsync(new Parcel { Items = ["cup"] });
        (await Grain.GetAsync()).Items.Clear();
        Assert.Equal(1, await Grain.CountAsync());
    }

    [Fact]
    public async Task What_the_grain_does_to_an_argument_the_caller_does_not_see()
    {
        var parcel = new Parcel { Items = ["cup"] };
        var spoiled = await Grain.SpoilAsync(parcel);
        Assert.Equal(["cup"], parcel.Items);
        Assert.Equal(["cup", "spoiled"], spoiled.Items);
    }

    [Fact]
    public async Task Members_with_an_id_travel_and_others_do_not()
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(9));
        await Grain.PutAsync(new Parcel { Name = "box", At = at, NotSent = "kept back" });
        var kept = await Grain.GetAsync();
        Assert.Equal(("box", at, ""), (kept.Name, kept.At, kept.NotSent));
    }

    [Fact]
    public async Task A_derived_type_keeps_its_type_and_members()
    {
        await Grain.PutAsync(new MarkedParcel { Name = "box", Mark = 7, Items = ["cup"] });
        var kept = Assert.IsType<MarkedParcel>(await Grain.GetAsync());
        Assert.Equal(("box", 7, "cup"), (kept.Name, kept.Mark, Assert.Single(kept.Items)));
    }

    [Fact]
    public async Task A_positional_record_travels_with_copies_of_its_members()
    {
        var position = new Position("here", [5]);
        var moved = await Grain.MoveAsync(position);
        Assert.Equal("here", moved.Name);
        Assert.Equal([5, 1], moved.Numbers);
        Assert.Equal([5], position.Numbers);
    }

    [Fact]
    public async Task Objects_that_refer_to_each_other_in_a_circle_travel_as_a_circle()
    {
        var first = new Link { Name = "first" };
        first.Next = new Link { Name = "second", Next = first };
        var copy = await Grain.FollowAsync(first);
        Assert.NotSame(first, copy);
        Assert.Equal("second", copy.Next!.Name);
        Assert.Same(copy, copy.Next.Next);
    }

    [Fact]
    public async Task An_immutable_argument_is_shared()
    {
        var label = new Label("fragile");
        await Grain.StickAsync(label);
        Assert.Same(label, fixture.Silo.Probe.Kept(_key));
    }

    [Fact]
    public async Task Methods_may_return_ValueTask()
    {
        await Grain.PutAsync(new Parcel { Items = ["cup", "pen"] });
        Assert.Equal(2, await Grain.CountAsync());
        await Grain.EmptyAsync();
        Assert.Equal(0, await Grain.CountAsync());
    }
}
