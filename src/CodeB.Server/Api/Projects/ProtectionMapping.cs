using Model = CodeB.Domain.Projects;

namespace CodeB.Server.Api.Projects;

/// <summary>What a project's backups hold beside its database and Redis, between the domain's records and the API's messages.</summary>
internal static class ProtectionMapping
{
    public static Model.ConfigSpec ToDomain(this V1.ConfigSpec config) => new()
    {
        Server = config.Server,
        Paths = [.. config.Paths.Select(p => new Model.ConfigPath { Path = p.Path, Optional = p.Optional })],
    };

    public static V1.ConfigSpec ToProto(this Model.ConfigSpec config)
    {
        var proto = new V1.ConfigSpec { Server = config.Server };
        proto.Paths.AddRange(config.Paths.Select(p => new V1.ConfigPath { Path = p.Path, Optional = p.Optional }));
        return proto;
    }
}
