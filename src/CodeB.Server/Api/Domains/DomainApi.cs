using CodeB.Domain.Domains;
using CodeB.Domain.Naming;
using CodeB.Grains.Abstractions.Registry;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Server.Api.Domains;

internal sealed class DomainApi(IGrainFactory grains) : DomainService.DomainServiceBase
{
    private IRegistryGrain Registry => grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key);

    public override async Task<V1.Domain> AddDomain(AddDomainRequest request, ServerCallContext context)
    {
        var added = await Registry.AddDomainAsync(
            ProjectName.Parse(request.Project).Value,
            EnvironmentName.Parse(request.Environment).Value,
            request.Name,
            request.RedirectTo,
            request.DryRun);
        return await ToldAsync(added, request.DryRun);
    }

    public override async Task<RemoveDomainResponse> RemoveDomain(RemoveDomainRequest request, ServerCallContext context)
    {
        var removed = await Registry.RemoveDomainAsync(request.Name, request.DryRun);
        return new RemoveDomainResponse { Domain = await ToldAsync(removed, request.DryRun) };
    }

    public override async Task<ListDomainsResponse> ListDomains(ListDomainsRequest request, ServerCallContext context)
    {
        var project = request.Project.Length == 0 ? "" : ProjectName.Parse(request.Project).Value;
        var response = new ListDomainsResponse();
        response.Domains.AddRange((await Registry.ListDomainsAsync(project)).Select(ToProto));
        return response;
    }

    /// <summary>The record stands already; the answer says plainly where the server could not be told yet.</summary>
    private async Task<V1.Domain> ToldAsync(DomainEntry entry, bool dryRun)
    {
        var domain = ToProto(entry);
        if (!dryRun)
            domain.Pending = (await grains.GetGrain<IServerRegistryGrain>(entry.Server).FlushAsync()).Error;
        return domain;
    }

    private static V1.Domain ToProto(DomainEntry entry) => new()
    {
        Name = entry.Name,
        Project = entry.Project,
        Environment = entry.Environment,
        Server = entry.Server,
        RedirectTo = entry.RedirectTo,
        Primary = entry.Primary,
    };
}
