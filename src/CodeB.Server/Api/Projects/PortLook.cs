using CodeB.Domain.Errors;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Servers;

namespace CodeB.Server.Api.Projects;

/// <summary>
/// Which ports are really in use, looked up before the registry is asked: it must not wait for a server while others wait for
/// it. A port that somebody takes between the look and the deploy is found by the deploy.
/// </summary>
internal static class PortLook
{
    /// <exception cref="DomainException">
    /// Unavailable: a server is away. Ports that nobody has looked at would make a later deploy fail, so the caller has to say
    /// that the registry's knowledge is enough.
    /// </exception>
    public static async Task<Allotment> AtAsync(IGrainFactory grains, IEnumerable<string> servers, bool withoutLooking, bool dryRun)
    {
        if (withoutLooking)
            return new Allotment { DryRun = dryRun };
        var looked = await Task.WhenAll(servers.Distinct().Select(async server => (server, Ports: await AtAsync(grains, server))));
        return new Allotment { DryRun = dryRun, Listening = looked.ToDictionary(look => look.server, look => look.Ports) };
    }

    private static async Task<List<int>> AtAsync(IGrainFactory grains, string server)
    {
        try
        {
            return await grains.GetGrain<IServerGrain>(server).ListeningPortsAsync();
        }
        catch (DomainException error) when (error.Code is ErrorCode.Unavailable or ErrorCode.DeadlineExceeded)
        {
            throw new DomainException(
                ErrorCode.Unavailable,
                $"the ports in use on {server} could not be seen: {error.Message}; try again when it is back, or allot by the registry alone (--without-looking)");
        }
    }
}
