using GrainContract.Silos;

namespace GrainContract.Grains;

public interface IChainGrain : IGrainWithStringKey
{
    /// <summary>Calls the next grain, which calls the one after it.</summary>
    Task<int> CallAsync(List<string> keys);

    [ResponseTimeout("00:00:01")]
    Task HurryAsync(string gate);

    Task<string> WhoAmIAsync();

    Task<IChainGrain> MyselfAsync();
}

public sealed class ChainGrain(Probe probe) : Grain, IChainGrain
{
    public async Task<int> CallAsync(List<string> keys) =>
        keys.Count == 0 ? 0 : 1 + await GrainFactory.GetGrain<IChainGrain>(keys[0]).CallAsync(keys[1..]);

    public Task HurryAsync(string gate) => probe.Opened(gate);

    public Task<string> WhoAmIAsync() => Task.FromResult(this.GetPrimaryKeyString());

    public Task<IChainGrain> MyselfAsync() => Task.FromResult(this.AsReference<IChainGrain>());
}
