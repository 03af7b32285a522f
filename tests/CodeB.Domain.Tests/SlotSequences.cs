using CodeB.Domain.Errors;
using CodeB.Domain.Slots;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Domain.Tests;

/// <summary>Pairs that random sequences of commands lead to.</summary>
internal static class SlotSequences
{
    public const int Commands = 13;

    private static readonly DateTimeOffset T0 = new(2026, 1, 7, 0, 0, 0, TimeSpan.Zero);

    public static Gen<int[]> Sequences => Gen.Choose(0, Commands - 1).ArrayOf();

    public static Gen<SlotPair> Pairs => Sequences.Select(commands => Run(commands).Last());

    /// <summary>The pair at the start and after each command; a refused one leaves it as it was.</summary>
    public static IEnumerable<SlotPair> Run(int[] commands)
    {
        var pair = SlotMachine.Create("worb", "production", "app", 4000, 4001, T0);
        var beforeSwitch = pair;
        var now = T0;
        yield return pair;
        for (var i = 0; i < commands.Length; i++)
        {
            now = now.AddHours(i % 3 * 20).AddTicks(i);
            var next = pair;
            try
            {
                next = Command(commands[i], pair, beforeSwitch, now, $"v{i}");
            }
            catch (DomainException refusal) when (refusal.Code == ErrorCode.FailedPrecondition)
            {
                if (!refusal.Message.StartsWith("worb/production: ", StringComparison.Ordinal))
                    throw new InvalidOperationException($"a refusal names no pair: {refusal.Message}");
            }

            if (next.ActiveSlot != pair.ActiveSlot)
                beforeSwitch = pair;
            pair = next;
            yield return pair;
        }
    }

    private static SlotPair Command(int command, SlotPair pair, SlotPair beforeSwitch, DateTimeOffset now, string version) => command switch
    {
        0 or 1 => SlotMachine.BeginDeploy(pair, version, $"localhost/worb:{version}", "ann", now),
        2 => SlotMachine.DeploySucceeded(pair, "c", now),
        3 => SlotMachine.DeployFailed(pair, "exit code 1", "ann", now),
        4 => SlotMachine.Promote(pair, "ann", now),
        5 => SlotMachine.Rollback(pair, "ann", now),
        6 => SlotMachine.CleanUp(pair, "codeb", now),
        7 => SlotMachine.CleanUp(pair, "ann", now, force: true),
        8 => SlotMachine.HealthChecked(pair, SlotName.Green, healthy: true, now),
        9 => SlotMachine.Revert(pair, beforeSwitch, "status 500", "codeb", now),
        10 => SlotMachine.SnapshotsTaken(pair, SlotName.Blue, "set-1", "set-2", now),
        11 => SlotMachine.CleanUpFailed(pair, "connection lost", "codeb", now),
        _ => SlotMachine.DeploySucceeded(SlotMachine.BeginDeploy(pair, version, "i", "ann", now), "c", now),
    };
}
