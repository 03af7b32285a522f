using CodeB.Domain.Errors;
using CodeB.Domain.Projects;
using CodeB.Domain.Servers;
using CodeB.Grains.Abstractions.Registry;

namespace CodeB.Grains.Tests;

public sealed class RegistryGrainTests(SiloFixture silo)
{
    [Fact]
    public async Task No_port_is_allotted_twice_by_a_hundred_concurrent_requests()
    {
        var registry = await RegistryAsync();

        var projects = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => registry.CreateProjectAsync(Project($"p{n}"))));

        var ports = projects.SelectMany(p => p.Environments.Values).SelectMany(e => new[] { e.BluePort, e.GreenPort }).ToList();
        Assert.Equal(200, ports.Distinct().Count());
        Assert.All(ports, port => Assert.InRange(port, 4000, 4499));
    }

    [Fact]
    public async Task Production_staging_and_previews_get_ports_from_their_own_ranges()
    {
        var registry = await RegistryAsync();

        var project = await registry.CreateProjectAsync(Project("worb") with
        {
            Environments = new()
            {
                ["production"] = new() { Server = "app" },
                ["staging"] = new() { Server = "app" },
                ["pr-42"] = new() { Server = "app" },
            },
        });

        Assert.Equal((4000, 4001), Ports(project, "production"));
        Assert.Equal((4500, 4501), Ports(project, "staging"));
        Assert.Equal((5000, 5001), Ports(project, "pr-42"));
    }

    [Fact]
    public async Task A_project_on_an_unknown_server_is_refused_and_not_registered()
    {
        var registry = await RegistryAsync();

        var refused = await Assert.ThrowsAsync<DomainException>(() => registry.CreateProjectAsync(Project("worb") with
        {
            Environments = new() { ["production"] = new() { Server = "nowhere" } },
        }));

        Assert.Equal(ErrorCode.NotFound, refused.Code);
        Assert.Empty(await registry.ListProjectsAsync());
    }

    [Fact]
    public async Task A_domain_belongs_to_one_environment_only()
    {
        var registry = await RegistryAsync();
        await registry.CreateProjectAsync(WithDomain("one"));

        var refused = await Assert.ThrowsAsync<DomainException>(() => registry.CreateProjectAsync(WithDomain("two")));

        Assert.Equal(ErrorCode.AlreadyExists, refused.Code);
        Assert.Contains("one/production", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_paths_can_be_listed_later_and_their_server_must_be_registered()
    {
        var registry = await RegistryAsync();
        await registry.CreateProjectAsync(Project("worb"));
        ConfigSpec On(string server) => new() { Server = server, Paths = [new ConfigPath { Path = "/etc/containers" }] };

        var unknown = await Assert.ThrowsAsync<DomainException>(() => registry.UpdateProjectAsync("worb", new ProjectChange { Config = On("nowhere") }));
        var changed = await registry.UpdateProjectAsync("worb", new ProjectChange { Config = On("backup") });
        var none = await registry.UpdateProjectAsync("worb", new ProjectChange { Config = new ConfigSpec() });

        Assert.Equal(ErrorCode.NotFound, unknown.Code);
        Assert.Equal("/etc/containers", changed.Config!.Paths.Single().Path);
        Assert.Null(none.Config);
    }

    [Fact]
    public async Task A_server_in_use_is_not_removed_and_the_error_names_the_project()
    {
        var registry = await RegistryAsync();
        await registry.CreateProjectAsync(Project("worb"));

        var refused = await Assert.ThrowsAsync<DomainException>(() => registry.RemoveServerAsync("app"));

        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("worb", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a;b")]
    [InlineData("")]
    public async Task A_hostile_name_is_refused_before_anything_is_kept(string name)
    {
        var registry = await RegistryAsync();

        var refused = await Assert.ThrowsAsync<DomainException>(() => registry.CreateProjectAsync(Project(name)));

        Assert.Equal((ErrorCode.InvalidArgument, "name"), (refused.Code, refused.Field));
        Assert.Empty(await registry.ListProjectsAsync());
    }

    [Fact]
    public async Task An_update_changes_what_is_given_and_leaves_ports_and_the_rest_alone()
    {
        var registry = await RegistryAsync();
        var created = await registry.CreateProjectAsync(WithDomain("worb") with { ImageRepository = "ghcr.io/team/worb" });

        var changed = await registry.UpdateProjectAsync("worb", new ProjectChange { Container = new ContainerSettings { MemoryMegabytes = 512 } });

        Assert.Equal(512, changed.Container.MemoryMegabytes);
        Assert.Equal("ghcr.io/team/worb", changed.ImageRepository);
        Assert.Equal(Ports(created, "production"), Ports(changed, "production"));
        Assert.Equal(512, (await registry.GetProjectAsync("worb")).Container.MemoryMegabytes);
    }

    [Fact]
    public async Task An_update_that_breaks_a_rule_is_refused_and_nothing_is_changed()
    {
        var registry = await RegistryAsync();
        await registry.CreateProjectAsync(Project("worb"));

        var refused = await Assert.ThrowsAsync<DomainException>(
            () => registry.UpdateProjectAsync("worb", new ProjectChange { ImageRepository = "ghcr.io/x", Health = new HealthSettings { Successes = 0 } }));

        Assert.Equal("health.successes", refused.Field);
        Assert.Equal("", (await registry.GetProjectAsync("worb")).ImageRepository);
        Assert.Equal(
            ErrorCode.NotFound,
            (await Assert.ThrowsAsync<DomainException>(() => registry.UpdateProjectAsync("other", new ProjectChange()))).Code);
    }

    private async Task<IRegistryGrain> RegistryAsync()
    {
        var registry = silo.Grains.GetGrain<IRegistryGrain>($"registry-{Guid.NewGuid():N}");
        foreach (var (name, role) in new[] { ("app", ServerRole.Application), ("backup", ServerRole.Backup) })
            await registry.AddServerAsync(new Server { Name = name, Address = "198.18.0.2", Role = role, HostKey = "ssh-ed25519 AAAA" });
        return registry;
    }

    private static Project Project(string name) =>
        new() { Name = name, Environments = new() { ["production"] = new() { Server = "app" } } };

    private static Project WithDomain(string name) =>
        Project(name) with { Environments = new() { ["production"] = new() { Server = "app", Domain = "worb.localhost" } } };

    private static (int Blue, int Green) Ports(Project project, string environment) =>
        (project.Environments[environment].BluePort, project.Environments[environment].GreenPort);
}
