using CodeB.Domain.Naming;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Servers;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Server.Api.Servers;

internal sealed class ServerApi(IGrainFactory grains) : ServerService.ServerServiceBase
{
    public override async Task<V1.Server> AddServer(AddServerRequest request, ServerCallContext context)
    {
        var grain = Grain(request.Name);
        var added = await grain.AddAsync(request.ToDomain(), logIn: true);
        return added.ToProto(await grain.LastCheckAsync());
    }

    public override async Task<V1.Server> GetServer(GetServerRequest request, ServerCallContext context)
    {
        var grain = Grain(request.Name);
        var server = await grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key).GetServerAsync(request.Name);
        return server.ToProto(await grain.LastCheckAsync());
    }

    public override async Task<ListServersResponse> ListServers(ListServersRequest request, ServerCallContext context)
    {
        var response = new ListServersResponse();
        response.Servers.AddRange(await ListAsync(grains, check: false));
        return response;
    }

    public override async Task<RemoveServerResponse> RemoveServer(GetServerRequest request, ServerCallContext context)
    {
        await Grain(request.Name).RemoveAsync();
        return new RemoveServerResponse();
    }

    public override async Task<V1.ServerCheck> CheckServer(GetServerRequest request, ServerCallContext context) =>
        (await Grain(request.Name).CheckAsync()).ToProto(request.Name);

    /// <summary>All servers with their last check, or a fresh one of each, made at the same time.</summary>
    public static async Task<V1.Server[]> ListAsync(IGrainFactory grains, bool check)
    {
        var servers = await grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key).ListServersAsync();
        return await Task.WhenAll(servers.Select(async server =>
        {
            var grain = grains.GetGrain<IServerGrain>(server.Name);
            return server.ToProto(check ? await grain.CheckAsync() : await grain.LastCheckAsync());
        }));
    }

    private IServerGrain Grain(string name) => grains.GetGrain<IServerGrain>(ServerName.Parse(name, "name").Value);
}
