using System.Diagnostics;
using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Operations;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Operations;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Tests.Simulation;
using CodeB.Testing;

namespace CodeB.Grains.Tests;

/// <summary>What becomes of the version that lost the traffic.</summary>
public sealed class GraceTests : IAsyncLifetime
{
    private readonly JumpingTime _time = new();
    private SimulatedFleet? _fleet;

    public async ValueTask InitializeAsync() => _fleet = await SimulatedFleet.StartAsync(_time, options =>
    {
        options.Tls = TlsMode.None;
        options.Watch = TimeSpan.Zero;
    });

    public ValueTask DisposeAsync() => _fleet!.DisposeAsync();

    [Fact]
    public async Task When_the_grace_is_over_CodeB_cleans_the_slot_up_by_itself()
    {
        var (pair, server) = await TwoVersionsAsync();
        Assert.Equal(SlotState.Grace, (await pair.GetAsync()).Pair.Blue.State);

        _time.Jump(SlotMachine.DefaultGrace);

        await EmptyAsync(pair);
        Assert.Null(server.Engine.OnPort((await pair.GetAsync()).Pair.Blue.Port));
        var cleanUp = Assert.Single(await OperationsAsync(pair), o => o.Kind == "cleanup");
        Assert.Equal(("codeb", OperationState.Succeeded), (cleanUp.StartedBy, cleanUp.State));
        Assert.Equal("v2", server.Engine.OnPort((await pair.GetAsync()).Pair.Green.Port)?.Version);
    }

    [Fact]
    public async Task Before_the_grace_is_over_nothing_happens_by_itself()
    {
        var (pair, _) = await TwoVersionsAsync();

        _time.Jump(SlotMachine.DefaultGrace - TimeSpan.FromMinutes(5));
        await pair.ResumeAsync();

        Assert.Equal(SlotState.Grace, (await pair.GetAsync()).Pair.Blue.State);
    }

    [Fact]
    public async Task A_server_that_is_away_when_the_grace_ends_is_cleaned_up_once_it_is_back_and_leaves_no_failed_operation()
    {
        var (pair, server) = await TwoVersionsAsync();
        _fleet!.Faults.Arm(new Fault(FaultKind.OutageBeforeCommand, 1, int.MaxValue));
        var away = server.Refused;
        _time.Jump(SlotMachine.DefaultGrace);
        await Eventually.HoldsAsync("the clean-up meets a server that is away", () => server.Refused > away);
        Assert.Equal(SlotState.Grace, (await pair.GetAsync()).Pair.Blue.State);

        _fleet.Faults.Arm(Fault.Never);
        // The attempt that met the outage may still be at work: then the next one comes ten minutes after its end.
        var jumped = Stopwatch.StartNew();
        await Eventually.HoldsAsync(
            "blue is cleaned up once the server is back",
            async () =>
            {
                if (jumped.Elapsed > TimeSpan.FromSeconds(4))
                {
                    _time.Jump(TimeSpan.FromMinutes(10));
                    jumped.Restart();
                }

                return (await pair.GetAsync()).Pair.Blue.State == SlotState.Empty;
            },
            TimeSpan.FromSeconds(30));
        Assert.Single(await OperationsAsync(pair), o => o.Kind == "cleanup");
    }

    [Fact]
    public async Task A_slot_that_got_the_traffic_back_is_never_cleaned_up()
    {
        var (pair, server) = await TwoVersionsAsync();
        _time.Jump(SlotMachine.DefaultGrace - TimeSpan.FromHours(1));
        await DoneAsync(pair, await pair.RollbackAsync(new RollbackCommand { StartedBy = "ann" }));

        _time.Jump(TimeSpan.FromHours(2));
        await pair.ResumeAsync();

        var now = (await pair.GetAsync()).Pair;
        Assert.Equal((SlotState.Active, SlotState.Grace), (now.Blue.State, now.Green.State));
        Assert.Equal("v1", server.Engine.OnPort(now.Blue.Port)?.Version);
    }

    [Fact]
    public async Task A_clean_up_before_its_time_is_refused_without_force_and_done_with_it()
    {
        var (pair, server) = await TwoVersionsAsync();

        var refused = await Assert.ThrowsAsync<DomainException>(() => pair.CleanUpAsync(new CleanUpCommand { StartedBy = "ann" }));
        Assert.Contains("--force", refused.Message, StringComparison.Ordinal);
        var findings = await pair.PlanCleanUpAsync(new CleanUpCommand { Force = true });
        Assert.All(findings, finding => Assert.True(finding.Ok, finding.Message));
        Assert.NotNull(server.Engine.OnPort((await pair.GetAsync()).Pair.Blue.Port));

        await DoneAsync(pair, await pair.CleanUpAsync(new CleanUpCommand { Force = true, StartedBy = "ann" }));

        Assert.Equal(SlotState.Empty, (await pair.GetAsync()).Pair.Blue.State);
        Assert.Null(server.Engine.OnPort((await pair.GetAsync()).Pair.Blue.Port));
    }

    [Fact]
    public async Task While_a_new_version_is_watched_the_record_says_already_that_it_is_active_and_a_failure_takes_it_back()
    {
        var (pair, server) = await TwoVersionsAsync();
        await DoneAsync(pair, await pair.DeployAsync(new DeployCommand { Version = "v3", StartedBy = "ann" }));
        var promote = await pair.PromoteAsync(new PromoteCommand { StartedBy = "bob", Watch = TimeSpan.FromMinutes(50) });
        await Eventually.HoldsAsync(
            "the promote is watched", async () => (await pair.GetOperationAsync(promote.Id))?.Steps.Find(s => s.Name == "watch")?.State == StepState.Running);

        var watched = (await pair.GetAsync()).Pair;
        Assert.Equal((SlotName.Blue, SlotState.Active, SlotState.Grace), (watched.ActiveSlot, watched.Blue.State, watched.Green.State));
        server.FailsWithTraffic("v3", healthyRequests: 0);
        var ended = await EndAsync(pair, promote);

        Assert.Equal(OperationState.Undone, ended.State);
        var back = (await pair.GetAsync()).Pair;
        Assert.Equal((SlotName.Green, SlotState.Failed), (back.ActiveSlot, back.Blue.State));
        Assert.Null(back.Green.GraceUntil);
        var release = (await pair.GetHistoryAsync(2))[1];
        Assert.Equal(("v3", ReleaseEnd.RolledBack, "codeb", "bob"), (release.Version, release.End, release.EndedBy, release.PromotedBy));
        Assert.StartsWith("watch: ", release.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adopted_pair_is_recorded_as_found_and_its_grace_ends_too()
    {
        var (pair, _) = await _fleet!.NewPairAsync();
        var empty = (await pair.GetAsync()).Pair;
        var found = empty with
        {
            ActiveSlot = SlotName.Green,
            Blue = empty.Blue with { State = SlotState.Grace, Version = "v1" },
            Green = empty.Green with { State = SlotState.Active, Version = "v2", PromotedBy = "key_abc123" },
        };

        await pair.AdoptAsync(found);

        Assert.Equal("key_abc123", (await pair.GetAsync()).Pair.Green.PromotedBy);
        _time.Jump(SlotMachine.DefaultGrace);
        await EmptyAsync(pair);
    }

    private async Task<(ISlotPairGrain Pair, SimulatedServer Server)> TwoVersionsAsync()
    {
        var (pair, server) = await _fleet!.NewPairAsync();
        foreach (var version in new[] { "v1", "v2" })
        {
            await DoneAsync(pair, await pair.DeployAsync(new DeployCommand { Version = version, StartedBy = "ann" }));
            await DoneAsync(pair, await pair.PromoteAsync(new PromoteCommand { StartedBy = "ann" }));
        }

        return (pair, server);
    }

    private static async Task DoneAsync(ISlotPairGrain pair, Operation operation)
    {
        var ended = await EndAsync(pair, operation);
        Assert.True(ended.State == OperationState.Succeeded, ended.Error);
        await Eventually.HoldsAsync("nothing is under way", async () => (await pair.GetAsync()).RunningOperation.Length == 0);
    }

    private static async Task<Operation> EndAsync(ISlotPairGrain pair, Operation operation)
    {
        Operation? now = null;
        await Eventually.HoldsAsync(
            $"{operation.Id} ends", async () => (now = await pair.GetOperationAsync(operation.Id)) is { IsFinished: true }, TimeSpan.FromSeconds(30));
        return now!;
    }

    private static Task EmptyAsync(ISlotPairGrain pair) =>
        Eventually.HoldsAsync("blue is cleaned up", async () => (await pair.GetAsync()).Pair.Blue.State == SlotState.Empty);

    private async Task<List<Operation>> OperationsAsync(ISlotPairGrain pair)
    {
        var index = _fleet!.Grains.GetGrain<IOperationIndexGrain>(IOperationIndexGrain.Key);
        var entries = await index.ListAsync(pair.GetPrimaryKeyString(), runningOnly: false, 100);
        return [.. (await Task.WhenAll(entries.Select(e => pair.GetOperationAsync(e.Id)))).OfType<Operation>()];
    }
}
