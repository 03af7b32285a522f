using CodeB.EndToEnd.Tests.Topology;

namespace CodeB.EndToEnd.Tests.ThinPath;

/// <summary>A CodeB with a project whose v1 is active and whose v2 is in grace.</summary>
public sealed class QuietCodeB(TopologyFixture topology) : IAsyncLifetime
{
    internal OwnCodeB CodeB { get; private set; } = null!;

    internal Worb Worb { get; } = new(topology, "moments", "preview");

    internal Api Api => CodeB.Api;

    public async ValueTask InitializeAsync()
    {
        CodeB = await OwnCodeB.CreateAsync(topology, "moments");
        var api = await CodeB.StartAsync();
        await Worb.CreateAsync(api);
        foreach (var version in new[] { "v2", "v1" })
        {
            await Worb.DeployAsync(api, version);
            await Worb.PromoteAsync(api);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CodeB.DisposeAsync();
        await Worb.RemoveAsync();
    }
}
