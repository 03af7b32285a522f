using GrainContract.Silos;

namespace GrainContract.Grains;

public interface ILifeGrain : IGrainWithStringKey
{
    Task<Guid> WhoAsync();

    /// <summary>Asks to leave, and then still holds the grain until the gate opens.</summary>
    Task<Guid> LeaveAsync(string gate);

    Task HoldAsync(string gate);

    Task<string> CallFriendAsync(string key);
}

public sealed class LifeGrain(Probe probe) : Grain, ILifeGrain, IDisposable
{
    private readonly Guid _activation = Guid.NewGuid();

    private string Key => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Record(Key, "activated");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Record(Key, $"deactivated: {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public void Dispose() => probe.Record(Key, "disposed");

    public Task<Guid> WhoAsync() => Task.FromResult(_activation);

    public async Task<Guid> LeaveAsync(string gate)
    {
        DeactivateOnIdle();
        await probe.Opened(gate);
        probe.Record(Key, "left");
        return _activation;
    }

    public Task HoldAsync(string gate) => probe.Opened(gate);

    public async Task<string> CallFriendAsync(string key) => $"{Key} called {await GrainFactory.GetGrain<IChainGrain>(key).WhoAmIAsync()}";
}

public interface IBrittleGrain : IGrainWithStringKey
{
    Task<string> HelloAsync();

    Task BreakAsync(string message);

    Task BreakAtOnceAsync();
}

[GenerateSerializer]
[Alias("contract.BrokenException")]
public sealed class BrokenException(string message) : Exception(message)
{
    [Id(0)]
    public int Pieces { get; set; }
}

/// <summary>Its first activation fails.</summary>
public sealed class BrittleGrain(Probe probe) : Grain, IBrittleGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        if (!key.StartsWith("fails", StringComparison.Ordinal) || probe.Kept(key) is not null) return Task.CompletedTask;
        probe.Keep(key, true);
        throw new BrokenException("It broke while it was activated.");
    }

    public Task<string> HelloAsync() => Task.FromResult("hello");

    public async Task BreakAsync(string message)
    {
        await Task.Yield();
        throw new BrokenException(message) { Pieces = 3 };
    }

    public Task BreakAtOnceAsync() => throw new InvalidOperationException("at once");
}

public interface INobodyGrain : IGrainWithStringKey
{
    Task PingAsync();
}
