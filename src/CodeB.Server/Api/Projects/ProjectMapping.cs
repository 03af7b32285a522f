using CodeB.Domain.Errors;
using Google.Protobuf.WellKnownTypes;
using Model = CodeB.Domain.Projects;

namespace CodeB.Server.Api.Projects;

/// <summary>Projects between the domain's records and the API's messages. In a request's settings a zero means the default.</summary>
internal static class ProjectMapping
{
    public static V1.Project ToProto(this Model.Project project)
    {
        var proto = new V1.Project
        {
            Name = project.Name,
            Database = project.Database is { } database ? new V1.Database { Server = database.Server, Name = database.Name } : null,
            Redis = project.Redis is { } redis ? new V1.Redis { Server = redis.Server } : null,
            BackupServer = project.BackupServer,
            HealthPath = project.HealthPath,
            CreatedAt = project.CreatedAt.ToProto(),
            ImageRepository = project.ImageRepository,
            Container = project.Container.ToProto(),
            Health = project.Health.ToProto(project.HealthPath),
            Config = project.Config?.ToProto(),
        };
        proto.Environments.AddRange(project.Environments.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => e.Value.ToProto(e.Key)));
        return proto;
    }

    public static V1.ProjectEnvironment ToProto(this Model.EnvironmentSpec environment, string name)
    {
        var proto = new V1.ProjectEnvironment
        {
            Name = name,
            Server = environment.Server,
            BluePort = environment.BluePort,
            GreenPort = environment.GreenPort,
            Domain = environment.Domain,
            Branch = environment.Branch,
            ExpiresAt = environment.ExpiresAt.ToProto(),
        };
        proto.Aliases.AddRange(environment.Aliases);
        return proto;
    }

    /// <summary>The path stands in two places of a request; where both are given they must say the same.</summary>
    public static string HealthPath(string ofProject, string ofHealth) => (ofProject, ofHealth) switch
    {
        ("", "") => Model.Project.DefaultHealthPath,
        (_, "") => ofProject,
        ("", _) => ofHealth,
        _ when ofProject == ofHealth => ofHealth,
        _ => throw DomainException.Invalid("health.path", "differs from health_path; give one of them"),
    };

    public static Model.ContainerSettings ToDomain(this V1.ContainerSettings? settings)
    {
        var defaults = new Model.ContainerSettings();
        return settings is null
            ? defaults
            : new Model.ContainerSettings
            {
                Port = settings.Port,
                MemoryMegabytes = settings.MemoryMegabytes,
                StopSeconds = settings.StopSeconds == 0 ? defaults.StopSeconds : settings.StopSeconds,
                Cpus = settings.Cpus,
                Labels = settings.Labels.ToDictionary(),
                ReleaseCommand = [.. settings.ReleaseCommand],
            };
    }

    public static Model.HealthSettings ToDomain(this V1.HealthSettings? settings)
    {
        var defaults = new Model.HealthSettings();
        return settings is null
            ? defaults
            : new Model.HealthSettings
            {
                ExpectedStatus = settings.ExpectedStatus == 0 ? defaults.ExpectedStatus : settings.ExpectedStatus,
                Interval = Span(settings.Interval, "health.interval") is var interval && interval == TimeSpan.Zero ? defaults.Interval : interval,
                Timeout = Span(settings.Timeout, "health.timeout"),
                Successes = settings.Successes == 0 ? defaults.Successes : settings.Successes,
            };
    }

    private static V1.ContainerSettings ToProto(this Model.ContainerSettings settings)
    {
        var proto = new V1.ContainerSettings
        {
            Port = settings.Port,
            MemoryMegabytes = settings.MemoryMegabytes,
            Cpus = settings.Cpus,
            StopSeconds = settings.StopSeconds,
        };
        proto.Labels.Add(settings.Labels);
        proto.ReleaseCommand.AddRange(settings.ReleaseCommand);
        return proto;
    }

    private static V1.HealthSettings ToProto(this Model.HealthSettings settings, string path) => new()
    {
        Path = path,
        ExpectedStatus = settings.ExpectedStatus,
        Interval = Duration.FromTimeSpan(settings.Interval),
        Timeout = settings.Timeout == TimeSpan.Zero ? null : Duration.FromTimeSpan(settings.Timeout),
        Successes = settings.Successes,
    };

    /// <summary>A duration from outside; one that no clock can hold is refused like any other that is too long.</summary>
    private static TimeSpan Span(Duration? duration, string field)
    {
        if (duration is null)
            return TimeSpan.Zero;
        return duration is { Seconds: >= -86400 and <= 86400, Nanos: > -1_000_000_000 and < 1_000_000_000 }
            ? duration.ToTimeSpan()
            : throw DomainException.Invalid(field, $"is longer than any allowed: {duration.Seconds} s");
    }
}
