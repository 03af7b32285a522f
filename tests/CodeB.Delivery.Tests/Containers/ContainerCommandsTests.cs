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
            + "--env PORT=4001 --network host --restart unless-stopped --stop-timeout 10 --label codeb.project=worb "
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

        Assert.Equal("sh -c exec \"$@\" 2>&1 sh docker --context app logs --tail 20 worb-production-blue", Line(docker.Logs("worb-production-blue", 20)));
        Assert.Equal("docker --context app wait x", Line(docker.Wait("x", TimeSpan.FromMinutes(1))));
    }

    [Fact]
    public void A_container_carries_the_time_it_gets_to_end_and_a_stop_waits_longer_than_any()
    {
        Assert.Contains("--stop-timeout 180 ", Line(_podman.Run(Spec with { StopTimeout = TimeSpan.FromMinutes(3) })), StringComparison.Ordinal);
        var stop = _podman.Stop("x");
        Assert.Equal("podman stop x", Line(stop));
        Assert.True(stop.Timeout > TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void A_projects_labels_come_before_CodeBs_own_so_that_they_replace_none()
    {
        var line = Line(_podman.Run(Spec with { Labels = new Dictionary<string, string> { ["team"] = "a b", ["app"] = "" }, Fingerprint = "f00" }));

        Assert.Contains("--label app= --label team=a b --label codeb.project=worb", line, StringComparison.Ordinal);
        Assert.Contains("--label codeb.fingerprint=f00 ghcr.io", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_release_command_runs_beside_the_slot_with_its_ENV_file_and_limits_and_is_none_of_its_containers()
    {
        var line = Line(_podman.RunRelease(Spec with { MemoryBytes = 1 << 20 }, ["/app/migrate", "--to", "next week"]));

        Assert.Equal(
            "podman run -d --pull never --name worb-production-green-release --env-file /opt/codeb/env/worb/production/green.env "
            + "--env PORT=4001 --network host --stop-timeout 10 --memory 1048576b --label codeb.project=worb "
            + "--label codeb.environment=production --label codeb.release=green --label codeb.version=v1.2.3 "
            + "--label codeb.operation=op-7 --entrypoint /app/migrate ghcr.io/codeb/worb:v1.2.3 --to next week",
            line);
        var isolated = Line(_podman.RunRelease(Spec with { ContainerPort = 3000 }, ["/app/migrate"]));
        Assert.DoesNotContain("--network", isolated, StringComparison.Ordinal);
        Assert.DoesNotContain("--publish", isolated, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Loaded image: localhost/guestbook:v1\n", "localhost/guestbook:v1")]
    [InlineData("Loaded image: registry:5000/a/b:1\nLoaded image: registry:5000/a/b:latest\n", "registry:5000/a/b:1 registry:5000/a/b:latest")]
    [InlineData("Loaded image ID: sha256:0a1b\n", "sha256:0a1b")]
    [InlineData("Loaded image(s): a:1,b:2\n", "a:1 b:2")]
    [InlineData("something else\n", "")]
    public void What_an_engine_has_loaded_is_read_from_its_words(string output, string expected) =>
        Assert.Equal(expected, string.Join(' ', LoadedImages.Parse(output)));

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
