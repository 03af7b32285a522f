using System.Text.Json;
using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Slots;

namespace CodeB.Grains.Tests.Simulation;

/// <summary>An act, and what goes wrong meanwhile.</summary>
internal sealed record Move(Act Act, Fault Fault);

/// <summary>Plays moves on a real grain with a simulated server, and compares both with the model after each.</summary>
internal sealed class PairRun(SimulatedFleet fleet, ISlotPairGrain pair, SimulatedServer server)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Told what happened, so that a test can say whether it met what it is for.</summary>
    public Action<string> Met { get; init; } = _ => { };

    private PairModel _model = PairModel.Start;
    private int _version;

    public async Task PlayAsync(IEnumerable<Move> moves)
    {
        var ports = Ports(await pair.GetWithHistoryAsync());
        server.Observe = Observe;
        fleet.Storage.Written = Written;
        foreach (var move in moves)
        {
            var before = await pair.GetWithHistoryAsync();
            var version = $"v{++_version}";
            fleet.Faults.Arm(move.Fault);
            Operation operation;
            try
            {
                operation = await StartAsync(move.Act, version);
            }
            catch (DomainException refusal) when (refusal.Code == ErrorCode.FailedPrecondition)
            {
                fleet.Faults.Arm(Fault.Never);
                Holds(!_model.Allows(move.Act), $"{move.Act} was refused in {_model}: {refusal.Message}");
                Holds(JsonSerializer.Serialize(before) == JsonSerializer.Serialize(await pair.GetWithHistoryAsync()), $"the refused {move.Act} changed something");
                continue;
            }

            Holds(_model.Allows(move.Act), $"{move.Act} was not refused in {_model}");
            operation = await FinishedAsync(operation, move.Fault.Kind);
            fleet.Faults.Arm(Fault.Never);
            await SettledAsync();
            Check(move, operation, version, await pair.GetWithHistoryAsync());
            Holds(Ports(await pair.GetWithHistoryAsync()) == ports, "the ports changed");
        }
    }

    private Task<Operation> StartAsync(Act act, string version)
    {
        switch (act)
        {
            case Act.DeploySick:
                server.Sick.Add(version);
                goto case Act.Deploy;
            case Act.Deploy:
                return pair.DeployAsync(new DeployCommand { Version = version, StartedBy = "ann" });
            case Act.PromoteWithoutWayBack when _model.Allows(act) && _model.Active is { } active:
                server.Sick.Add(_model[active].Version);
                goto case Act.PromoteSick;
            case Act.PromoteWithoutWayBack:
            case Act.PromoteSick:
                // Enough for the switch to be confirmed: the watch is there to see what comes after.
                server.FailsWithTraffic(_model[_model.Idle].Version, healthyRequests: 2);
                goto case Act.Promote;
            case Act.Promote:
                return pair.PromoteAsync(new PromoteCommand { StartedBy = "ann" });
            case Act.Rollback:
                return pair.RollbackAsync(new RollbackCommand { StartedBy = "ann" });
            default:
                return pair.CleanUpAsync(new CleanUpCommand { Force = act == Act.CleanUpForced, StartedBy = "ann" });
        }
    }

    /// <summary>The operation's end, over as many stops of CodeB as the fault brings.</summary>
    private async Task<Operation> FinishedAsync(Operation operation, FaultKind fault)
    {
        while (true)
        {
            var ended = EndAsync(operation.Id);
            if (await Task.WhenAny(ended, fleet.Faults.Struck).WaitAsync(Limit) == ended)
            {
                await ended;
                return await pair.GetOperationAsync(operation.Id) ?? throw new InvalidOperationException($"{operation.Id} is gone");
            }

            fleet.Faults.Arm(Fault.Never);
            if (fault == FaultKind.Cancel)
                await CancelAsync(operation.Id);
            else
                await SimulatedFleet.RestartAsync(pair);
        }
    }

    private async Task EndAsync(string id)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (await pair.GetOperationAsync(id) is { IsFinished: false })
        {
            await foreach (var _ in pair.WatchAsync(id, limit.Token))
                limit.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task CancelAsync(string id)
    {
        try
        {
            await pair.CancelAsync(id);
        }
        catch (DomainException ended) when (ended.Code == ErrorCode.FailedPrecondition)
        {
            // It was quicker.
        }
    }

    /// <summary>The server is back: what only it knows is asked before the next operation, here by a dry run.</summary>
    private async Task SettledAsync()
    {
        try
        {
            await pair.PlanCleanUpAsync(new CleanUpCommand { StartedBy = "ann" });
        }
        catch (DomainException refusal) when (refusal.Code == ErrorCode.FailedPrecondition)
        {
            // Refused or not: by then it was asked.
        }
    }

    private void Check(Move move, Operation operation, string version, SlotPair record)
    {
        var gates = server.Gates;
        Holds(gates.Count <= 1, $"{gates.Count} gates are open");
        SlotName? gate = gates.Count == 0 ? null : gates[0].Slot;
        var now = PairModel.Of(record);
        var what = $"{move.Act} ended {operation.State} ({operation.Error}; {string.Join("; ", operation.NotUndone)})";

        Holds(_model.After(move.Act, operation, version, gate).Contains(now), $"{what} and made {now} of {_model}, with the traffic at {gate}");
        Holds(gate == record.ActiveSlot, $"{what}: the record says {record.ActiveSlot} has the traffic, the server {gate}");
        Holds(move.Act != Act.DeploySick || operation.State != OperationState.Succeeded, $"{what} although the version is sick");
        if (move.Act is not (Act.Deploy or Act.DeploySick or Act.CleanUp or Act.CleanUpForced) && operation.State == OperationState.Succeeded)
            Holds(gate == _model.Idle, $"{what} and the traffic is at {gate}");
        foreach (var name in new[] { SlotName.Blue, SlotName.Green })
            CheckContainer(what, name, record);
        CheckHistory(what, move.Act, operation, record);
        Met($"{operation.Kind} {operation.State}");
        if (operation.Resumed > 0)
            Met($"{operation.Kind} resumed");
        if (operation.NotUndone.Exists(line => line.StartsWith("switch-traffic", StringComparison.Ordinal)))
            Met("an undo of a switch that failed");
        _model = now;
    }

    private void CheckContainer(string what, SlotName name, SlotPair record)
    {
        var (slot, container) = (record[name], server.Engine.OnPort(record[name].Port));
        if (slot.State is SlotState.Active or SlotState.Grace or SlotState.Deployed)
            Holds(container?.Version == slot.Version, $"{what}: {name} is {slot.State} with {slot.Version}, and its container is {container?.Version ?? "gone"}");
        if (slot.State == SlotState.Empty)
            Holds(container is null, $"{what}: {name} is empty, and {container?.Version} runs in it");
    }

    private void CheckHistory(string what, Act act, Operation operation, SlotPair record)
    {
        var ends = record.History.Select(release => release.EndedAt!.Value).ToList();
        Holds(ends.SequenceEqual(ends.OrderDescending()), $"{what}: history is out of order");
        Holds(record.History.TrueForAll(release => release is { End.Length: > 0, Version.Length: > 0 }), $"{what}: history has an end without a word");
        Holds(SlotHistory.Of(record).Count(release => release.End.Length == 0 && release.PromotedAt is not null) == (record.ActiveSlot is null ? 0 : 1),
            $"{what}: history does not show one release that has the traffic");
        if (record.History.Count == _model.Ended)
            return;
        var newest = record.History[0];
        if (act is Act.Rollback)
            Holds(newest.End == ReleaseEnd.RolledBack && newest.Version == _model[_model.Active!.Value].Version, $"{what}: history says {newest}");
        if (act is Act.Promote or Act.PromoteSick or Act.PromoteWithoutWayBack && operation.State == OperationState.Undone)
        {
            Holds(newest is { End: ReleaseEnd.RolledBack, EndedBy: "codeb", Reason.Length: > 0 }, $"{what}: history says {newest}");
            Met("gone back by itself");
        }
    }

    private void Observe(SimulatedServer observed)
    {
        var gates = observed.Gates.Count;
        Holds(_model.Active is null ? gates <= 1 : gates == 1, $"{gates} gates are open in the middle of an operation on {_model}");
    }

    private void Written(SlotPairState state)
    {
        if (state.Pair is not { } written)
            return;
        var active = new[] { written.Blue, written.Green }.Count(slot => slot.State == SlotState.Active);
        Holds(active == (written.ActiveSlot is null ? 0 : 1) && (written.ActiveSlot is not { } name || written[name].State == SlotState.Active),
            $"the record has {active} active slots and names {written.ActiveSlot}");
        Holds(_model.Active is null || active == 1, "no slot is active any more");
    }

    private static (int Blue, int Green) Ports(SlotPair pair) => (pair.Blue.Port, pair.Green.Port);

    private static void Holds(bool condition, string otherwise)
    {
        if (!condition)
            throw new InvalidOperationException(otherwise);
    }
}
