using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Projects;
using CodeB.Grains.Abstractions.Registry;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Server.Api.Operations;
using CodeB.V1;
using Grpc.Core;
using Project = CodeB.V1.Project;

namespace CodeB.Server.Api.Projects;

internal sealed partial class ProjectApi(IGrainFactory grains, OperationStreams streams) : ProjectService.ProjectServiceBase
{
    private IRegistryGrain Registry => grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key);

    public override async Task<Project> CreateProject(CreateProjectRequest request, ServerCallContext context)
    {
        var environments = new Dictionary<string, EnvironmentSpec>();
        foreach (var environment in request.Environments)
        {
            var spec = new EnvironmentSpec { Server = environment.Server, Domain = environment.Domain };
            if (!environments.TryAdd(environment.Name, spec))
                throw DomainException.Invalid("environments.name", $"'{environment.Name}' is given twice");
        }

        var project = ProjectRules.Check(new CodeB.Domain.Projects.Project
        {
            Name = request.Name,
            Environments = environments,
            Database = request.Database is { } database ? new DatabaseSpec { Server = database.Server, Name = database.Name } : null,
            Redis = request.Redis is { } redis ? new RedisSpec { Server = redis.Server } : null,
            BackupServer = request.BackupServer,
            HealthPath = ProjectMapping.HealthPath(request.HealthPath, request.Health?.Path ?? ""),
            ImageRepository = request.ImageRepository,
            Container = request.Container.ToDomain(),
            Health = request.Health.ToDomain(),
            Config = request.Config is { Paths.Count: > 0 } config ? config.ToDomain() : null,
        });
        var ports = await PortLook.AtAsync(grains, project.Environments.Values.Select(e => e.Server), request.WithoutLooking, request.DryRun);
        var created = await Registry.CreateProjectAsync(project, ports);
        return created.ToProto();
    }

    public override async Task<Project> GetProject(GetProjectRequest request, ServerCallContext context) =>
        (await Registry.GetProjectAsync(ProjectName.Parse(request.Name, "name").Value)).ToProto();

    public override async Task<Project> UpdateProject(UpdateProjectRequest request, ServerCallContext context)
    {
        var change = new ProjectChange
        {
            ImageRepository = request.HasImageRepository ? request.ImageRepository : null,
            Container = request.Container is null ? null : request.Container.ToDomain(),
            Health = request.Health is null ? null : request.Health.ToDomain(),
            HealthPath = request.Health is { Path.Length: > 0 } health ? health.Path : null,
            Config = request.Config?.ToDomain(),
        };
        return (await Registry.UpdateProjectAsync(ProjectName.Parse(request.Name, "name").Value, change)).ToProto();
    }

    public override async Task<ListProjectsResponse> ListProjects(ListProjectsRequest request, ServerCallContext context)
    {
        var response = new ListProjectsResponse();
        response.Projects.AddRange((await Registry.ListProjectsAsync()).Select(ProjectMapping.ToProto));
        return response;
    }

    public override async Task<RemoveProjectResponse> RemoveProject(GetProjectRequest request, ServerCallContext context)
    {
        var project = await Registry.GetProjectAsync(ProjectName.Parse(request.Name, "name").Value);
        foreach (var environment in project.Environments.Keys)
            await grains.GetGrain<ISlotPairGrain>($"{project.Name}/{environment}").ForgetAsync();
        await Registry.RemoveProjectAsync(project.Name);
        return new RemoveProjectResponse();
    }
}
