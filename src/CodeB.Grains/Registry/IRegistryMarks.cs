using CodeB.Grains.Abstractions.Registry;

namespace CodeB.Grains.Registry;

/// <summary>Who is told that something has changed of which servers keep a copy.</summary>
public interface IRegistryMarks
{
    /// <summary>Returns when it is noted for each of the servers.</summary>
    Task MarkAsync(IEnumerable<string> servers);
}

/// <summary>Each server's own grain notes it and tells the server.</summary>
public sealed class RegistryMarks(IGrainFactory grains) : IRegistryMarks
{
    public Task MarkAsync(IEnumerable<string> servers) =>
        Task.WhenAll(servers.Select(server => grains.GetGrain<IServerRegistryGrain>(server).MarkAsync()));
}
