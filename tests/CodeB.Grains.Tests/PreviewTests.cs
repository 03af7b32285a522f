using CodeB.Domain.Errors;
using CodeB.Domain.Projects;
using CodeB.Domain.Servers;
using CodeB.Grains.Abstractions.Env;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Testing;

namespace CodeB.Grains.Tests;

public sealed class PreviewTests(SiloFixture silo)
{
    private readonly string _server = $"app-{Guid.NewGuid():N}"[..20];
    private readonly string _project = $"p{Guid.NewGuid():N}"[..20];

    private IRegistryGrain Registry => silo.Grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key);

    [Fact]
    public async Task A_preview_gets_ports_of_its_range_a_domain_of_the_projects_and_stagings_env()
    {
        await ProjectAsync();
        await Env("staging").ChangeAsync(new EnvChange { Set = new() { ["KEY"] = "of staging" } });
        await Env("production").ChangeAsync(new EnvChange { Set = new() { ["KEY"] = "of production" } });

        var preview = await Preview("pr-42").CreateAsync(new PreviewCommand { Branch = "pr-42" });

        Assert.InRange(preview.BluePort, 5000, 5430);
        Assert.Equal(($"pr-42.{_project}.kr", _server, "pr-42"), (preview.Domain, preview.Server, preview.Branch));
        Assert.Contains("of staging", (await Env("pr-42").GetAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Created_again_it_lives_longer_and_never_shorter()
    {
        await ProjectAsync();
        var first = await Preview("pr-42").CreateAsync(new PreviewCommand { Branch = "pr-42", Lifetime = TimeSpan.FromDays(2) });

        var longer = await Preview("pr-42").CreateAsync(new PreviewCommand { Branch = "pr-42", Lifetime = TimeSpan.FromDays(9) });
        var shorter = await Preview("pr-42").CreateAsync(new PreviewCommand { Branch = "pr-42", Lifetime = TimeSpan.FromDays(1) });

        Assert.True(longer.ExpiresAt > first.ExpiresAt + TimeSpan.FromDays(6));
        Assert.Equal((longer.ExpiresAt, first.BluePort), (shorter.ExpiresAt, shorter.BluePort));
    }

    [Fact]
    public async Task An_environment_that_is_no_preview_is_not_taken_for_one()
    {
        await ProjectAsync();

        var taken = await Assert.ThrowsAsync<DomainException>(() => Preview("staging").CreateAsync(new PreviewCommand { Branch = "staging" }));
        var kept = await Assert.ThrowsAsync<DomainException>(() => silo.Grains.GetGrain<ISlotPairGrain>($"{_project}/staging").RemoveAsync("ann"));

        Assert.Equal((ErrorCode.AlreadyExists, ErrorCode.FailedPrecondition), (taken.Code, kept.Code));
    }

    [Fact]
    public async Task A_dry_run_allots_and_keeps_nothing()
    {
        await ProjectAsync();

        var preview = await Preview("pr-42").CreateAsync(new PreviewCommand { Branch = "pr-42", How = new Allotment { DryRun = true } });

        Assert.NotEqual(0, preview.BluePort);
        Assert.False((await Registry.GetProjectAsync(_project)).Environments.ContainsKey("pr-42"));
    }

    [Fact]
    public async Task When_its_life_ends_it_is_removed_by_itself_and_its_ports_are_free_again()
    {
        var machine = await ProjectAsync();
        await Env("staging").ChangeAsync(new EnvChange { Set = new() { ["KEY"] = "v" } });
        var first = await Preview("pr-42").CreateAsync(new PreviewCommand { Branch = "pr-42", Lifetime = TimeSpan.FromSeconds(1) });

        await Eventually.HoldsAsync(
            "the preview is forgotten",
            async () => !(await Registry.GetProjectAsync(_project)).Environments.ContainsKey("pr-42"),
            TimeSpan.FromSeconds(30));

        Assert.Contains($"/opt/codeb/env/{_project}/pr-42", machine.Removed);
        Assert.Contains($"/opt/codeb/edge/pairs/{_project}/pr-42", machine.Removed);
        Assert.Equal("", (await Env("pr-42").GetAsync()).Text);
        await Eventually.HoldsAsync("it can be made anew with the same ports", async () =>
        {
            var again = await Preview("pr-42").CreateAsync(new PreviewCommand { Branch = "pr-42", Lifetime = TimeSpan.FromDays(1) });
            return again.BluePort == first.BluePort;
        });
    }

    private IPreviewGrain Preview(string name) => silo.Grains.GetGrain<IPreviewGrain>($"{_project}/{name}");

    private IEnvGrain Env(string name) => silo.Grains.GetGrain<IEnvGrain>($"{_project}/{name}");

    private async Task<Machine> ProjectAsync()
    {
        var machine = new Machine(_server);
        SiloFixture.Machines[_server] = machine;
        await Registry.AddServerAsync(new Server { Name = _server, Address = "198.18.0.2", Role = ServerRole.Application, HostKey = "ssh-ed25519 AAAA" });
        await Registry.CreateProjectAsync(new Project
        {
            Name = _project,
            BackupServer = _server,
            Environments = new() { ["production"] = new() { Server = _server, Domain = $"{_project}.kr" }, ["staging"] = new() { Server = _server } },
        });
        return machine;
    }
}
