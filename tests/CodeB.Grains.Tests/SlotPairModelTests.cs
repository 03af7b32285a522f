using CodeB.Delivery.Traffic;
using CodeB.Grains.Tests.Simulation;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Grains.Tests;

/// <summary>Random sequences of operations, stops of CodeB, cancellations and outages, against the real grain and a simulated server.</summary>
public sealed class SlotPairModelTests : IAsyncLifetime
{
    private const int Sequences = 500;
    private SimulatedFleet? _fleet;

    public async ValueTask InitializeAsync() => _fleet = await SimulatedFleet.StartAsync(new ShortWaits(), options =>
    {
        options.Tls = TlsMode.None;
        options.Watch = TimeSpan.FromMilliseconds(30);
        options.HealthTimeout = TimeSpan.FromMilliseconds(20);
    });

    public ValueTask DisposeAsync() => _fleet!.DisposeAsync();

    [Fact]
    public void Whatever_happens_record_and_server_agree_and_one_slot_has_the_traffic() =>
        Prop.ForAll(Arb.From(Moves(), Shorter), PlayAsync).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithStartSize(3).WithEndSize(14));

    private async Task PlayAsync(Move[] moves)
    {
        var (pair, server) = await _fleet!.NewPairAsync();
        await new PairRun(_fleet, pair, server).PlayAsync(moves);
    }

    private static Gen<Move[]> Moves()
    {
        var act = Gen.Frequency(
            (5, Gen.Constant(Act.Deploy)),
            (1, Gen.Constant(Act.DeploySick)),
            (5, Gen.Constant(Act.Promote)),
            (2, Gen.Constant(Act.PromoteSick)),
            (4, Gen.Constant(Act.Rollback)),
            (1, Gen.Constant(Act.CleanUp)),
            (2, Gen.Constant(Act.CleanUpForced)));
        var fault =
            from kind in Gen.Elements(Enum.GetValues<FaultKind>())
            from at in Gen.Choose(1, 30)
            from length in Gen.Choose(1, 15)
            select new Fault(kind, at, length);
        return (from a in act
                from f in Gen.Frequency((2, Gen.Constant(Fault.Never)), (3, fault))
                select new Move(a, f)).ArrayOf();
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
