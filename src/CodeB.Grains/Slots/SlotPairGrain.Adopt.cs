using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Slots;

namespace CodeB.Grains.Slots;

/// <summary>Versions that somebody else has started.</summary>
internal sealed partial class SlotPairGrain
{
    async Task<SlotPairView> ISlotPairGrain.AdoptAsync(SlotPair found)
    {
        await ReadyForAsync("take-over");
        var (_, pair) = await CurrentAsync();
        var adopted = SlotMachine.Adopt(pair, found, Now, runbooks.Options.GraceTime);
        if (!ReferenceEquals(adopted, pair))
        {
            await WriteAsync(s => s with { Pair = adopted });
            await ScheduleCleanUpAsync();
            await MarkChangedAsync();
        }

        return ViewOf(adopted);
    }
}
