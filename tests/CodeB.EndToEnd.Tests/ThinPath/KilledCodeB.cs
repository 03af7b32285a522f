using CodeB.EndToEnd.Tests.Topology;
using CodeB.V1;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>A CodeB to be killed, with a project that has an active version, and what must hold after every kill.</summary>
[CollectionDefinition(Collection)]
public sealed class KilledCodeB(TopologyFixture topology) : IAsyncLifetime, ICollectionFixture<KilledCodeB>
{
    public const string Collection = "killed";

    private string _active = "";
    private string _container = "";

    internal OwnCodeB CodeB { get; private set; } = null!;

    internal Worb Worb { get; } = new(topology, "killed", "staging");

    public async ValueTask InitializeAsync()
    {
        CodeB = await OwnCodeB.CreateAsync(topology, "killed");
        var api = await CodeB.StartAsync();
        await Worb.CreateAsync(api);
        await api.Projects.UpdateProjectAsync(new UpdateProjectRequest
        {
            Name = Worb.Name,
            // Anything that the image can do, so that a deploy has each of its steps.
            Container = new ContainerSettings { StopSeconds = 10, ReleaseCommand = { "/dotnet/dotnet", "--list-runtimes" } },
        });
        await Worb.DeployAsync(api, "v1");
        await Worb.PromoteAsync(api);
        await CodeB.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!CodeB.IsRunning)
            await CodeB.StartAsync();
        await CodeB.DisposeAsync();
    }

    /// <summary>A new start, whatever a test that failed has left running.</summary>
    internal async Task<Api> StartAsync(string killAt = "")
    {
        if (CodeB.IsRunning)
            await CodeB.KillAsync();
        return await CodeB.StartAsync(killAt.Length == 0 ? [] : [$"Faults__KillAt={killAt}"]);
    }

    /// <summary>The container with the traffic, which no operation may touch.</summary>
    internal async Task NoteActiveAsync()
    {
        _active = (await Worb.SlotsAsync(CodeB.Api)).ActiveSlot;
        _container = await Worb.ContainerAsync(_active);
        Assert.EndsWith("running", _container, StringComparison.Ordinal);
    }

    /// <summary>The slots' state, the gate, Caddy's answer and the containers say the same, and the container of before runs on.</summary>
    internal async Task AgreesAsync(Api api)
    {
        var pair = await Worb.SlotsAsync(api);
        Slot[] slots = [pair.Blue, pair.Green];
        var active = Assert.Single(slots, slot => slot.State == SlotState.Active);
        Assert.Equal(active.Name, pair.ActiveSlot);
        Assert.Equal("", pair.RunningOperation);
        Assert.Equal(active.Name, await Worb.GatesAsync());
        Assert.Equal(active.Version, await Worb.SeenAsync());
        Assert.Equal(_container, await Worb.ContainerAsync(_active));
        foreach (var slot in slots.Where(slot => slot.State is SlotState.Active or SlotState.Grace or SlotState.Deployed))
            Assert.EndsWith("running", await Worb.ContainerAsync(slot.Name), StringComparison.Ordinal);
        var status = await api.Status.GetStatusAsync(new GetStatusRequest());
        Assert.Empty(status.Running);
    }
}
