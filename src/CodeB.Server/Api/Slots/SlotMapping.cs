using CodeB.Domain.Projects;
using CodeB.Grains.Abstractions.Slots;
using Model = CodeB.Domain.Slots;

namespace CodeB.Server.Api.Slots;

/// <summary>Slot pairs, from the domain's records to the API's messages.</summary>
internal static class SlotMapping
{
    public static V1.SlotPair ToProto(this SlotPairView view, EnvironmentSpec environment)
    {
        var pair = view.Pair;
        var proto = new V1.SlotPair
        {
            Project = pair.Project,
            Environment = pair.Environment,
            Server = pair.Server,
            ActiveSlot = pair.ActiveSlot is { } active ? Word(active) : "",
            Blue = ToProto(pair.Blue, Model.SlotName.Blue),
            Green = ToProto(pair.Green, Model.SlotName.Green),
            LastUpdated = pair.LastUpdated.ToProto(),
            RunningOperation = view.RunningOperation,
        };
        if (environment.Domain.Length > 0)
            proto.Domains.Add(environment.Domain);
        proto.Domains.AddRange(environment.Aliases);
        return proto;
    }

    public static V1.Release ToProto(this Model.Release release) => new()
    {
        Slot = Word(release.Slot),
        Version = release.Version,
        Image = release.Image,
        DeployedAt = release.DeployedAt.ToProto(),
        DeployedBy = release.DeployedBy,
        PromotedAt = release.PromotedAt.ToProto(),
        PromotedBy = release.PromotedBy,
        EndedAt = release.EndedAt.ToProto(),
        End = release.End,
        EndedBy = release.EndedBy,
        Reason = release.Reason,
        DbSnapshot = release.DbSnapshot,
        RedisSnapshot = release.RedisSnapshot,
    };

    private static V1.Slot ToProto(Model.Slot slot, Model.SlotName name) => new()
    {
        Name = Word(name),
        State = slot.State switch
        {
            Model.SlotState.Empty => V1.SlotState.Empty,
            Model.SlotState.Deploying => V1.SlotState.Deploying,
            Model.SlotState.Deployed => V1.SlotState.Deployed,
            Model.SlotState.Active => V1.SlotState.Active,
            Model.SlotState.Grace => V1.SlotState.Grace,
            Model.SlotState.Failed => V1.SlotState.Failed,
            _ => throw new ArgumentOutOfRangeException(nameof(slot), slot.State, null),
        },
        Port = slot.Port,
        Version = slot.Version,
        Image = slot.Image,
        DeployedAt = slot.DeployedAt.ToProto(),
        DeployedBy = slot.DeployedBy,
        PromotedAt = slot.PromotedAt.ToProto(),
        PromotedBy = slot.PromotedBy,
        GraceUntil = slot.GraceUntil.ToProto(),
        HealthStatus = slot.HealthStatus,
        DbSnapshot = slot.DbSnapshot,
        RedisSnapshot = slot.RedisSnapshot,
        Reason = slot.Reason,
        TrafficLostAt = slot.TrafficLostAt.ToProto(),
    };

    private static string Word(Model.SlotName name) => name == Model.SlotName.Blue ? "blue" : "green";
}
