using CodeB.Domain.Naming;
using CodeB.Domain.Previews;
using CodeB.Domain.Projects;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Server.Api.Operations;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Server.Api.Projects;

/// <summary>Environments that come and go with a branch.</summary>
internal sealed partial class ProjectApi
{
    public override async Task<ProjectEnvironment> CreatePreview(CreatePreviewRequest request, ServerCallContext context)
    {
        var name = PreviewName.Of(request.Branch).Value;
        var lifetime = PreviewRules.Lifetime(request.Lifetime?.ToTimeSpan());
        var project = await Registry.GetProjectAsync(ProjectName.Parse(request.Project).Value);
        if (request.Server.Length > 0)
            ServerName.Parse(request.Server);
        if (request.Domain.Length > 0)
            ProjectRules.Domain(request.Domain);

        // One that exists keeps its ports: nothing needs to be looked at.
        var exists = project.Environments.ContainsKey(name);
        var server = request.Server.Length > 0 ? request.Server : PreviewRules.ServerOf(project);
        var command = new PreviewCommand
        {
            Branch = request.Branch,
            Lifetime = lifetime,
            Server = request.Server,
            Domain = request.Domain,
            How = await PortLook.AtAsync(grains, [server], request.WithoutLooking || exists, request.DryRun),
            StartedBy = context.Name(),
        };
        return (await grains.GetGrain<IPreviewGrain>($"{project.Name}/{name}").CreateAsync(command)).ToProto(name);
    }

    public override async Task RemovePreview(
        RemovePreviewRequest request, IServerStreamWriter<OperationUpdate> responseStream, ServerCallContext context)
    {
        var key = $"{ProjectName.Parse(request.Project)}/{PreviewName.Of(request.Branch)}";
        var pair = grains.GetGrain<ISlotPairGrain>(key);
        if (request.DryRun)
            await responseStream.WriteAsync((await pair.PlanRemoveAsync()).ToUpdate("remove", key));
        else
            await streams.FollowAsync(pair, await pair.RemoveAsync(context.Name()), responseStream, context);
    }
}
