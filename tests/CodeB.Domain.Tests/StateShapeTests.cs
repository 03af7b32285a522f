using System.Text.Json;
using CodeB.Domain.Operations;
using CodeB.Domain.Projects;
using CodeB.Domain.Servers;
using CodeB.Domain.Slots;

namespace CodeB.Domain.Tests;

/// <summary>State records are kept as JSON: what is written must come back whole.</summary>
public sealed class StateShapeTests
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 7, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<object> States() =>
    [
        SlotMachine.Promote(
            SlotMachine.DeploySucceeded(
                SlotMachine.BeginDeploy(SlotMachine.Create("worb", "production", "app", 4000, 4001, T0), "v1", "i", "ann", T0), "c", T0),
            "ann",
            T0),
        new Server { Name = "app", Address = "198.18.0.2", Role = ServerRole.Backup, HostKey = "ssh-ed25519 AAAA", AddedAt = T0 },
        new Project
        {
            Name = "worb",
            Database = new DatabaseSpec { Server = "storage", Name = "worb" },
            Environments = { ["production"] = new EnvironmentSpec { Server = "app", BluePort = 4000, GreenPort = 4001 } },
            CreatedAt = T0,
        },
        new Operation { Id = "op", Facts = { ["a"] = "b" }, Steps = [new() { Name = "s", State = StepState.Done, StartedAt = T0 }], NotUndone = ["x"] },
    ];

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(States))]
    public void A_state_written_as_json_comes_back_whole(object state)
    {
        var json = JsonSerializer.Serialize(state, state.GetType());
        var back = JsonSerializer.Deserialize(json, state.GetType());

        Assert.Equivalent(state, back, strict: true);
    }
}
