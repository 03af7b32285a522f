using System.Collections.Concurrent;
using CodeB.Delivery.Traffic;
using CodeB.Grains.Tests.Simulation;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Grains.Tests;

/// <summary>Random sequences of operations, stops of CodeB, cancellations and outages, against the real grain and a simulated server.</summary>
public sealed class SlotPairModelTests : IAsyncLifetime
{
    private const int Sequences = 300;
    private readonly ConcurrentDictionary<string, bool> _met = new();
    private SimulatedFleet? _fleet;

    public async ValueTask InitializeAsync() => _fleet = await SimulatedFleet.StartAsync(new ShortWaits(), options =>
    {
        options.Tls = TlsMode.None;
        options.Watch = TimeSpan.FromMilliseconds(30);
        options.HealthTimeout = TimeSpan.FromMilliseconds(20);
    });

    public ValueTask DisposeAsync() => _fleet!.DisposeAsync();

    [Fact]
    public void Whatever_happens_record_and_server_agree_and_one_slot_has_the_traffic()
    {
        Prop.ForAll(Arb.From(Moves(), Shorter), PlayAsync)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithStartSize(2).WithEndSize(8));

        // Sequences that never meet these would prove nothing about them.
        string[] outcomes =
        [
            "deploy Succeeded", "deploy Undone", "deploy Failed", "deploy resumed",
            "promote Succeeded", "promote Undone", "promote Failed", "promote resumed",
            "rollback Succeeded", "rollback Undone", "rollback resumed",
            "cleanup Succeeded", "gone back by itself", "an undo of a switch that failed",
        ];
        Assert.Empty(outcomes.Except(_met.Keys));
    }

    private async Task PlayAsync(Move[] moves)
    {
        var (pair, server) = await _fleet!.NewPairAsync();
        await new PairRun(_fleet, pair, server) { Met = what => _met.TryAdd(what, true) }.PlayAsync(moves);
    }

    /// <summary>Mostly acts that are legal one after the other, so that the pair gets somewhere, and now and then any act.</summary>
    private static Gen<Move[]> Moves()
    {
        var acts = Gen.Frequency(
            (6, Gen.Constant(new[] { Act.Deploy, Act.Promote })),
            (3, Gen.Constant(new[] { Act.Deploy, Act.PromoteSick })),
            (1, Gen.Constant(new[] { Act.Deploy, Act.PromoteWithoutWayBack })),
            (4, Gen.Constant(new[] { Act.Rollback })),
            (1, Gen.Constant(new[] { Act.Rollback, Act.Rollback })),
            (4, Gen.Elements(Enum.GetValues<Act>()).Select(act => new[] { act })));
        var fault =
            from kind in Gen.Elements(Enum.GetValues<FaultKind>())
            from at in Gen.Choose(1, 30)
            from length in Gen.Choose(1, 15)
            select new Fault(kind, at, length);
        var faults = Gen.Frequency((2, Gen.Constant(Fault.Never)), (3, fault));
        // Most begin with two versions, so that there is something to go back to.
        Act[] beginning = [Act.Deploy, Act.Promote, Act.Deploy, Act.Promote];
        return from begun in Gen.Elements(0, beginning.Length, beginning.Length)
               from parts in acts.ArrayOf()
               let all = parts.SelectMany(part => part).ToArray()
               from f in faults.ArrayOf(all.Length)
               select beginning.Take(begun).Select(act => new Move(act, Fault.Never)).Concat(all.Zip(f, (act, one) => new Move(act, one))).ToArray();
    }

    /// <summary>Fewer moves, or the same with less going wrong: what is reported is small.</summary>
    private static IEnumerable<Move[]> Shorter(Move[] moves)
    {
        for (var i = 0; i < moves.Length; i++)
            yield return [.. moves[..i], .. moves[(i + 1)..]];
        for (var i = 0; i < moves.Length; i++)
        {
            if (moves[i].Fault.Kind != FaultKind.None)
                yield return [.. moves[..i], moves[i] with { Fault = Fault.Never }, .. moves[(i + 1)..]];
        }
    }
}
