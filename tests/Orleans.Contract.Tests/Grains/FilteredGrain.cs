using GrainContract.Silos;

namespace GrainContract.Grains;

public interface IFilteredGrain : IGrainWithStringKey
{
    Task<string> GreetAsync(string name);

    Task<string> GreetPolitelyAsync(string name);

    Task RefusedAsync();
}

/// <summary>A filter of its own runs after the silo's.</summary>
public sealed class FilteredGrain(Probe probe) : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public Task<string> GreetAsync(string name)
    {
        probe.Record(this.GetPrimaryKeyString(), "method");
        return Task.FromResult($"hello {name}");
    }

    public Task<string> GreetPolitelyAsync(string name) => Task.FromResult($"hello {name}");

    public Task RefusedAsync()
    {
        probe.Record(this.GetPrimaryKeyString(), "method");
        return Task.CompletedTask;
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        probe.Record(this.GetPrimaryKeyString(), $"own filter: {context.ImplementationMethod.Name}");
        await context.Invoke();
        if (context.MethodName == nameof(GreetPolitelyAsync)) context.Result = $"good day, {context.Request.GetArgument(0)}";
    }
}
