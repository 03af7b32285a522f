using CodeB.Domain.Errors;
using CodeB.Domain.Projects;
using CodeB.Server.Api.Projects;
using Google.Protobuf.WellKnownTypes;

namespace CodeB.Server.Tests.Api;

public sealed class ProjectMappingTests
{
    [Fact]
    public void Settings_come_back_as_they_were_sent()
    {
        var sent = new V1.ContainerSettings
        {
            Port = 3000,
            MemoryMegabytes = 512,
            Cpus = 1.5,
            StopSeconds = 30,
            Labels = { ["team"] = "shop" },
            ReleaseCommand = { "/migrate", "--all" },
        };
        var health = new V1.HealthSettings
        {
            Path = "/up",
            ExpectedStatus = 204,
            Interval = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
            Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(90)),
            Successes = 3,
        };

        var project = new Project { Name = "worb", HealthPath = "/up", ImageRepository = "ghcr.io/x", Container = sent.ToDomain(), Health = health.ToDomain() }.ToProto();

        Assert.Equal(sent, project.Container);
        Assert.Equal(health, project.Health);
        Assert.Equal("ghcr.io/x", project.ImageRepository);
    }

    [Fact]
    public void What_a_request_leaves_out_has_its_default()
    {
        Assert.Equal(10, new V1.ContainerSettings { Port = 3000 }.ToDomain().StopSeconds);
        Assert.Equal(new HealthSettings(), new V1.HealthSettings { Path = "/up" }.ToDomain());
        Assert.Equal(new HealthSettings(), default(V1.HealthSettings).ToDomain());
    }

    [Fact]
    public void A_health_path_that_is_given_twice_must_say_the_same()
    {
        Assert.Equal("/health", ProjectMapping.HealthPath("", ""));
        Assert.Equal("/up", ProjectMapping.HealthPath("/up", "/up"));
        Assert.Equal("health.path", Assert.Throws<DomainException>(() => ProjectMapping.HealthPath("/up", "/down")).Field);
    }

    [Fact]
    public void A_duration_that_no_clock_holds_is_refused_with_its_field() =>
        Assert.Equal("health.interval", Assert.Throws<DomainException>(
            () => new V1.HealthSettings { Interval = new Duration { Seconds = long.MaxValue } }.ToDomain()).Field);
}
