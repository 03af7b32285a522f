using CodeB.Delivery.Containers;
using CodeB.Domain.Errors;
using CodeB.Hosts.Commands;
using CodeB.Testing;

namespace CodeB.Delivery.Tests.Containers;

public sealed class EngineDetectionTests
{
    private static readonly ContainerSettings Auto = new() { Engine = ContainerSettings.Auto };

    [Theory]
    [InlineData("/usr/bin/podman\n", "", "podman")]
    [InlineData("/usr/bin/docker\n", "", "docker")]
    [InlineData("/usr/bin/podman\n/usr/bin/docker\n", "", "podman")]
    [InlineData("/usr/bin/podman\n/usr/bin/docker\n", "docker", "docker")]
    [InlineData("/usr/bin/podman\n/usr/bin/docker\n", "podman", "podman")]
    [InlineData("/usr/bin/podman\n/usr/bin/docker\n", "podman docker", "podman")]
    public async Task A_server_uses_podman_if_it_has_it_unless_only_its_docker_holds_CodeBs_containers(string there, string holding, string expected) =>
        Assert.Equal(expected, await EngineDetection.NameAsync(Server(there, holding), Auto, TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_server_without_any_says_what_to_install()
    {
        var error = await Assert.ThrowsAsync<DomainException>(
            async () => await EngineDetection.NameAsync(Server("", ""), Auto, TestContext.Current.CancellationToken));

        Assert.Equal(ErrorCode.FailedPrecondition, error.Code);
        Assert.Contains("app: neither podman nor docker", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_is_asked_once_and_a_named_engine_is_not_asked_for()
    {
        var server = Server("/usr/bin/docker\n", "");
        await EngineDetection.NameAsync(server, Auto, TestContext.Current.CancellationToken);
        await EngineDetection.NameAsync(server, Auto, TestContext.Current.CancellationToken);
        Assert.Single(server.Commands);

        Assert.Equal("podman", await EngineDetection.NameAsync(server, new ContainerSettings(), TestContext.Current.CancellationToken));
        Assert.Single(server.Commands);
    }

    [Fact]
    public async Task A_failed_pull_names_server_engine_and_image_and_has_the_engines_own_words()
    {
        var server = new ScriptedSession((_, _) => Answer.Fails(125, "Error: initializing source: manifest unknown"), "app");

        var error = await Assert.ThrowsAsync<DomainException>(
            () => new ContainerEngine(server, new ContainerSettings()).PullAsync("ghcr.io/team/worb:v9", TestContext.Current.CancellationToken));

        Assert.StartsWith("app: podman could not pull ghcr.io/team/worb:v9: Error: initializing source: manifest unknown", error.Message, StringComparison.Ordinal);
    }

    private static ScriptedSession Server(string there, string holding) => new((command, _) => command.Program switch
    {
        "sh" => Answer.Text(there),
        var engine when command.Arguments[0] == "ps" => holding.Split(' ').Contains(engine) ? Answer.Text("c0ffee\n") : Answer.Empty,
        _ => throw new InvalidOperationException(CommandText.Display(command)),
    }, "app");
}
