using CodeB.Domain.Naming;
using CodeB.Domain.Registry;
using CodeB.Grains.Abstractions.Registry;
using CodeB.V1;
using Grpc.Core;
using RegistryFile = CodeB.V1.RegistryFile;

namespace CodeB.Server.Api.Registry;

internal sealed class RegistryApi(IGrainFactory grains) : RegistryService.RegistryServiceBase
{
    private IRegistryGrain Registry => grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key);

    public override async Task<ShowRegistryResponse> ShowRegistry(ShowRegistryRequest request, ServerCallContext context)
    {
        var servers = await ServersAsync();
        if (request.Server.Length > 0)
            servers = [(await Registry.GetServerAsync(ServerName.Parse(request.Server).Value)).Name];
        var response = new ShowRegistryResponse();
        foreach (var (server, files) in await Task.WhenAll(servers.Select(async s => (s, await Copy(s).FilesAsync()))))
            response.Files.AddRange(files.Select(file => new RegistryFile { Server = server, Path = file.Path, Content = file.Content }));
        return response;
    }

    public override async Task<CheckRegistryResponse> CheckRegistry(CheckRegistryRequest request, ServerCallContext context)
    {
        var project = request.Project.Length == 0 ? "" : (await Registry.GetProjectAsync(ProjectName.Parse(request.Project).Value)).Name;
        var command = new CheckCommand { Project = project, Repair = request is { Repair: true, DryRun: false } };
        var response = new CheckRegistryResponse();
        foreach (var (server, drifts) in await Task.WhenAll((await ServersAsync()).Select(async s => (s, await Copy(s).CheckAsync(command)))))
        {
            response.Drifts.AddRange(drifts.Select(drift => new Drift
            {
                Server = server,
                Subject = drift.Subject,
                Message = drift.Message,
                Repairable = drift.Repairable,
                Repaired = drift.Repaired,
                Advice = drift.Advice,
            }));
        }

        return response;
    }

    /// <summary>Those that keep a copy.</summary>
    private async Task<IReadOnlyList<string>> ServersAsync() =>
        RegistryCopies.Servers(await Registry.ListServersAsync(), await Registry.ListProjectsAsync());

    private IServerRegistryGrain Copy(string server) => grains.GetGrain<IServerRegistryGrain>(server);
}
