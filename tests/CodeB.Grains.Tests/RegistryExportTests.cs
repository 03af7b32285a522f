using System.Text;
using CodeB.Domain.Projects;
using CodeB.Domain.Registry;
using CodeB.Domain.Servers;
using CodeB.Domain.Slots;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Servers;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Testing;

namespace CodeB.Grains.Tests;

public sealed class RegistryExportTests(SiloFixture silo)
{
    private const string Folder = "/opt/codeb/registry";

    private readonly string _server = $"app-{Guid.NewGuid():N}"[..20];
    private readonly string _project = $"p{Guid.NewGuid():N}"[..20];

    private IRegistryGrain Registry => silo.Grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key);

    private IServerRegistryGrain Copy => silo.Grains.GetGrain<IServerRegistryGrain>(_server);

    [Fact]
    public async Task Each_change_of_the_registry_reaches_the_server_as_files()
    {
        var machine = await MachineAsync();

        var project = await Registry.CreateProjectAsync(Project());

        await Eventually.HoldsAsync("ssot.json names the project", () => Ssot(machine)?.Projects.ContainsKey(_project) == true);
        Assert.Equal(project.Environments["production"].BluePort, SlotDocument.Parse(machine.Text($"{Folder}/slots/{_project}-production.json")!).Pair.Blue.Port);
        Assert.Contains($"{_project}.kr", machine.Text($"{Folder}/domains/{_project}.json"), StringComparison.Ordinal);

        await Registry.RemoveProjectAsync(_project);

        await Eventually.HoldsAsync("the project's files are gone", () => machine.Text($"{Folder}/slots/{_project}-production.json") is null);
        Assert.Null(machine.Text($"{Folder}/domains/{_project}.json"));
        Assert.False(Ssot(machine)!.Projects.ContainsKey(_project));
    }

    [Fact]
    public async Task A_server_that_is_away_gets_it_when_it_is_back()
    {
        var machine = await MachineAsync();
        machine.Away = true;
        await Registry.CreateProjectAsync(Project());

        var state = await Copy.FlushAsync();
        Assert.True(state.Pending);
        Assert.Contains("no answer", state.Error, StringComparison.Ordinal);

        machine.Away = false;
        await Eventually.HoldsAsync("the files are there without another change", () => Ssot(machine)?.Projects.ContainsKey(_project) == true, TimeSpan.FromSeconds(30));
        await Eventually.HoldsAsync("nothing is pending", async () => await Copy.GetAsync() is { Pending: false, Error: "" });
    }

    [Fact]
    public async Task What_somebody_changed_or_removed_by_hand_is_written_again_and_what_is_right_is_left_alone()
    {
        var machine = await MachineAsync();
        await Registry.CreateProjectAsync(Project());
        await Copy.FlushAsync();
        var slots = $"{Folder}/slots/{_project}-production.json";
        var (good, untouched) = (machine.Text(slots), machine.Session.Files[$"{Folder}/domains/{_project}.json"].Content);
        machine.Session.Files[slots] = (Encoding.UTF8.GetBytes("edited"), default);
        machine.Session.Files.TryRemove($"{Folder}/ssot.json", out _);

        Assert.Equal("", (await Copy.FlushAsync()).Error);

        Assert.Equal(good, machine.Text(slots));
        Assert.NotNull(Ssot(machine));
        Assert.Same(untouched, machine.Session.Files[$"{Folder}/domains/{_project}.json"].Content);
    }

    [Fact]
    public async Task A_registry_that_somebody_else_wrote_is_not_overwritten()
    {
        const string Theirs = """{ "servers": {}, "projects": {} }""";
        var machine = new Machine(_server);
        machine.Session.Files[$"{Folder}/ssot.json"] = (Encoding.UTF8.GetBytes(Theirs), default);
        await RegisterAsync(machine);

        var state = await Copy.FlushAsync();

        Assert.True(state.Pending);
        Assert.Contains("move it away", state.Error, StringComparison.Ordinal);
        Assert.Equal(Theirs, machine.Text($"{Folder}/ssot.json"));
    }

    [Fact]
    public async Task A_domain_of_an_environment_that_serves_is_linked_and_one_that_is_taken_away_is_not()
    {
        var machine = await MachineAsync();
        var project = await Registry.CreateProjectAsync(Project());
        var (link, pair) = ($"/opt/codeb/edge/domains/further.{_project}.kr", silo.Grains.GetGrain<ISlotPairGrain>($"{_project}/production"));
        await Registry.AddDomainAsync(_project, "production", $"further.{_project}.kr", "", dryRun: false);
        await Copy.FlushAsync();
        Assert.Empty(machine.Links);

        await pair.AdoptAsync(Serving(project.Environments["production"]));
        await Copy.FlushAsync();
        Assert.Equal($"../pairs/{_project}/production", machine.Links[link]);

        await Registry.RemoveDomainAsync($"further.{_project}.kr", dryRun: false);
        await Copy.FlushAsync();
        Assert.False(machine.Links.ContainsKey(link));
        Assert.True(machine.Links.ContainsKey($"/opt/codeb/edge/domains/{_project}.kr"));
    }

    [Fact]
    public async Task Ports_on_which_something_listens_are_not_allotted()
    {
        var machine = await MachineAsync();
        machine.Listening.AddRange([22, 4001, 4002]);

        var listening = await silo.Grains.GetGrain<IServerGrain>(_server).ListeningPortsAsync();
        var project = await Registry.CreateProjectAsync(Project(), new Allotment { Listening = new() { [_server] = listening } });

        Assert.Equal([22, 4001, 4002], listening);
        Assert.Equal((4004, 4005), (project.Environments["production"].BluePort, project.Environments["production"].GreenPort));
    }

    [Fact]
    public async Task A_check_finds_what_was_edited_and_a_repair_writes_it_again()
    {
        var machine = await MachineAsync();
        await Registry.CreateProjectAsync(Project());
        await Copy.FlushAsync();
        Assert.Empty(await Copy.CheckAsync(new CheckCommand { Project = _project }));
        machine.Session.Files[$"{Folder}/slots/{_project}-production.json"] = (Encoding.UTF8.GetBytes("edited"), default);

        var found = Assert.Single(await Copy.CheckAsync(new CheckCommand { Project = _project }));
        Assert.Equal(($"file slots/{_project}-production.json", true, false), (found.Subject, found.Repairable, found.Repaired));
        Assert.True(Assert.Single(await Copy.CheckAsync(new CheckCommand { Project = _project, Repair = true })).Repaired);
        Assert.Empty(await Copy.CheckAsync(new CheckCommand { Project = _project }));
    }

    [Fact]
    public async Task A_check_names_a_missing_container_a_closed_gate_and_a_port_in_use()
    {
        var machine = await MachineAsync();
        var ports = (await Registry.CreateProjectAsync(Project())).Environments["production"];
        await silo.Grains.GetGrain<ISlotPairGrain>($"{_project}/production").AdoptAsync(Serving(ports));
        await Copy.FlushAsync();
        machine.Listening.Add(ports.GreenPort);

        var found = await Copy.CheckAsync(new CheckCommand { Project = _project });

        Assert.Contains(found, d => d.Subject == $"{_project}/production blue" && d.Message.Contains("missing", StringComparison.Ordinal) && !d.Repairable);
        Assert.Contains(found, d => d.Subject == $"{_project}/production gate" && d.Message.Contains("no gate is open", StringComparison.Ordinal));
        Assert.Contains(found, d => d.Subject == $"{_project}/production green" && d.Message.Contains($"{ports.GreenPort}", StringComparison.Ordinal));
        Assert.All(found, d => Assert.True(d.Repairable || d.Advice.Length > 0));
    }

    [Fact]
    public async Task A_check_of_a_server_that_is_away_says_so()
    {
        var machine = await MachineAsync();
        machine.Away = true;

        Assert.Contains("no answer", Assert.Single(await Copy.CheckAsync(new CheckCommand())).Message, StringComparison.Ordinal);
    }

    private static SlotPair Serving(EnvironmentSpec environment) => new()
    {
        ActiveSlot = SlotName.Blue,
        Blue = new Slot { State = SlotState.Active, Port = environment.BluePort, Version = "v1" },
        Green = new Slot { Port = environment.GreenPort },
    };

    private static SsotDocument? Ssot(Machine machine) => machine.Text($"{Folder}/ssot.json") is { } json ? SsotDocument.Parse(json) : null;

    private Project Project() => new()
    {
        Name = _project,
        BackupServer = _server,
        Environments = new() { ["production"] = new() { Server = _server, Domain = $"{_project}.kr" } },
    };

    private async Task<Machine> MachineAsync()
    {
        var machine = new Machine(_server);
        await RegisterAsync(machine);
        return machine;
    }

    private async Task RegisterAsync(Machine machine)
    {
        SiloFixture.Machines[_server] = machine;
        await Registry.AddServerAsync(new Server { Name = _server, Address = "198.18.0.2", Role = ServerRole.Application, HostKey = "ssh-ed25519 AAAA" });
    }
}
