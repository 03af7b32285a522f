using CodeB.Delivery.Containers;
using CodeB.Delivery.Slots;
using CodeB.Domain.Naming;
using CodeB.Domain.Slots;

namespace CodeB.Delivery.Tests.Containers;

public sealed class ContainerCommandsTests
{
    private static readonly ContainerSpec Spec = new()
    {
        Place = new SlotPlace(ProjectName.Parse("worb"), EnvironmentName.Parse("production"), SlotName.Green, 4001),
        Image = "ghcr.io/codeb/worb:v1.2.3",
        Version = "v1.2.3",
        OperationId = "op-7",
        EnvFile = "/opt/codeb/env/worb/production/green.env",
    };

    private readonly ContainerCommands _podman = new(new ContainerSettings());

    [Fact]
    public void A_container_on_the_servers_network_is_told_its_port_and_gets_its_secrets_from_a_file()
    {
        Assert.Equal(
            "podman run -d --pull never --name worb-production-green --env-file /opt/codeb/env/worb/production/green.env "
            + "--env PORT=4001 --network host --restart unless-stopped --label codeb.project=worb "
            + "--label codeb.environment=production --label codeb.slot=green --label codeb.version=v1.2.3 "
            + "--label codeb.operation=op-7 ghcr.io/codeb/worb:v1.2.3",
            Line(_podman.Run(Spec)));
    }

    [Fact]
    public void A_container_with_a_port_of_its_own_is_published_on_loopback_alone()
    {
        var line = Line(_podman.Run(Spec with { ContainerPort = 3000 }));

        Assert.Contains("--env PORT=3000 --publish 127.0.0.1:4001:3000", line, StringComparison.Ordinal);
        Assert.DoesNotContain("--network", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_are_passed_in_bytes_and_CPUs_whatever_the_machines_language()
    {
        Assert.Contains("--memory 536870912b --cpus 1.5 ", Line(_podman.Run(Spec with { MemoryBytes = 512L << 20, Cpus = 1.5 })), StringComparison.Ordinal);
    }

    [Fact]
    public void The_engine_and_its_options_come_from_the_settings()
    {
        var docker = new ContainerCommands(new ContainerSettings { Engine = "docker", EngineOptions = ["--context", "app"] });

        Assert.Equal("docker --context app logs --tail 20 worb-production-blue", Line(docker.Logs("worb-production-blue", 20)));
    }

    [Fact]
    public void A_stop_is_given_more_time_than_the_container_has_to_end()
    {
        var stop = new ContainerCommands(new ContainerSettings { StopTimeout = TimeSpan.FromMinutes(3) }).Stop("x");

        Assert.Equal("podman stop -t 180 x", Line(stop));
        Assert.True(stop.Timeout > TimeSpan.FromMinutes(3));
    }

    [Fact]
    public void An_inspected_container_tells_whose_it_is()
    {
        var state = ContainerState.Parse(
            """
            [{"Id":"abc","Image":"sha256:1","RestartCount":2,"State":{"Status":"exited","ExitCode":139},
              "Config":{"Labels":{"codeb.project":"worb","codeb.environment":"production","codeb.slot":"green","codeb.version":"v1","codeb.operation":"op-7"}}}]
            """);

        Assert.Equal(("abc", "exited", 139, 2, "v1", "op-7"), (state.Id, state.Status, state.ExitCode, state.RestartCount, state.Version, state.OperationId));
        Assert.True(state.BelongsTo(Spec.Place));
        Assert.False(state.BelongsTo(Spec.Place with { Slot = SlotName.Blue }));
    }

    [Fact]
    public void A_container_without_labels_belongs_to_nobody()
    {
        var state = ContainerState.Parse("""[{"Id":"abc","Image":"i","State":{"Status":"running","ExitCode":0},"Config":{"Labels":null}}]""");

        Assert.False(state.BelongsTo(Spec.Place));
    }

    private static string Line(CodeB.Hosts.Commands.Command command) => $"{command.Program} {string.Join(' ', command.Arguments)}";
}
