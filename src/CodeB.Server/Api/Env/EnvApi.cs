using CodeB.Domain.Env;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Grains.Abstractions.Env;
using CodeB.Grains.Abstractions.Registry;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Server.Api.Env;

internal sealed class EnvApi(IGrainFactory grains) : EnvService.EnvServiceBase
{
    public override async Task<V1.Env> GetEnv(GetEnvRequest request, ServerCallContext context)
    {
        var grain = await GrainAsync(request.Project, request.Environment);
        return ToProto(request.Project, request.Environment, await grain.GetAsync(), request.Reveal);
    }

    public override async Task<V1.Env> SetEnv(SetEnvRequest request, ServerCallContext context)
    {
        if (request.ReplaceWithFile && (request.Set.Count > 0 || request.Unset.Count > 0))
            throw DomainException.Invalid("file", "replaces everything; give it alone, without set and unset");
        var grain = await GrainAsync(request.Project, request.Environment);
        var version = await grain.ChangeAsync(new EnvChange
        {
            Set = new Dictionary<string, string>(request.Set),
            Unset = [.. request.Unset],
            ReplaceWith = request.ReplaceWithFile ? request.File : null,
            ChangedBy = context.Name(),
        });
        return ToProto(request.Project, request.Environment, version, reveal: false);
    }

    /// <summary>NOT_FOUND for an environment that the project does not have.</summary>
    private async Task<IEnvGrain> GrainAsync(string project, string environment)
    {
        var projectName = ProjectName.Parse(project).Value;
        var environmentName = EnvironmentName.Parse(environment).Value;
        var registered = await grains.GetGrain<IRegistryGrain>(IRegistryGrain.Key).GetProjectAsync(projectName);
        registered.EnvironmentOf(environmentName);
        return grains.GetGrain<IEnvGrain>($"{projectName}/{environmentName}");
    }

    private static V1.Env ToProto(string project, string environment, EnvVersion version, bool reveal)
    {
        var env = new V1.Env
        {
            Project = project,
            Environment = environment,
            Version = version.Version,
            ChangedAt = version.ChangedAt.ToProto(),
            ChangedBy = version.ChangedBy,
        };
        foreach (var (name, value) in DotEnv.Parse(version.Text).Variables)
            env.Variables.Add(new EnvVariable { Name = name, Value = reveal ? value : "***" });
        return env;
    }
}
