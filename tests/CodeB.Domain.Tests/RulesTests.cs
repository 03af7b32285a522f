using CodeB.Domain.Errors;
using CodeB.Domain.Projects;
using CodeB.Domain.Servers;

namespace CodeB.Domain.Tests;

public sealed class RulesTests
{
    private static readonly Dictionary<string, Func<string?, string>> Rules = new()
    {
        ["address"] = value => ServerRules.Address(value),
        ["user"] = value => ServerRules.User(value),
        ["role"] = value => ServerRules.ParseRole(value).ToString(),
        ["host_key"] = value => ServerRules.HostKey(value),
        ["health_path"] = value => ProjectRules.HealthPath(value),
        ["database.name"] = value => ProjectRules.DatabaseName(value),
        ["domain"] = value => ProjectRules.Domain(value),
        ["image_repository"] = value => ProjectRules.ImageRepository(value),
        ["image"] = value => ProjectRules.Image(value),
    };

    public static TheoryData<string, string> Hostile()
    {
        string[] values =
        [
            "", " ", "-o", "--help", "a;b", "a b c", "$(id)", "`id`", "a|b", "a&b", "a>b", "a'b", "a\"b", "a\\b", "a\nb", "a\0b", "a\u001b[2J",
            "../x", "a/../b", "a*", "a?b", "a#b", "ä", "a%00", new string('a', 3000),
        ];
        var data = new TheoryData<string, string>();
        foreach (var rule in Rules.Keys)
        {
            foreach (var value in values)
                data.Add(rule, value);
        }

        return data;
    }

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Hostile))]
    public void Hostile_input_is_refused_with_its_field_and_without_control_characters(string field, string value)
    {
        var error = Assert.Throws<DomainException>(() => Rules[field](value));

        Assert.Equal(ErrorCode.InvalidArgument, error.Code);
        Assert.Equal(field, error.Field);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.InRange(error.Message.Length, 10, 300);
    }

    [Theory]
    [InlineData("address", "198.18.0.2")]
    [InlineData("address", "fd00::1")]
    [InlineData("address", "backup.codeb.kr")]
    [InlineData("user", "root")]
    [InlineData("user", "deploy-1")]
    [InlineData("host_key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5")]
    [InlineData("host_key", "ecdsa-sha2-nistp256 AAAAE2Vj+/=")]
    [InlineData("health_path", "/api/health.json")]
    [InlineData("database.name", "da-rak")]
    [InlineData("domain", "worb.codeb.kr")]
    [InlineData("image_repository", "ghcr.io/team/worb")]
    [InlineData("image", "localhost:5000/worb:v1.2.3")]
    [InlineData("image", "worb")]
    [InlineData("image", "localhost/worb@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Good_values_are_taken_as_they_are(string field, string value) => Assert.Equal(value, Rules[field](value));

    [Theory]
    [InlineData("address", "010.1.1.1")]
    [InlineData("address", "300.1.1.1")]
    [InlineData("address", "1")]
    [InlineData("address", "fe80::1%eth0")]
    [InlineData("database.name", "postgres")]
    [InlineData("health_path", "//evil.example")]
    [InlineData("image", "worb:")]
    [InlineData("image", "worb@sha256:12")]
    [InlineData("image", "Worb/App")]
    public void Values_that_only_look_right_are_refused(string field, string value) =>
        Assert.Equal(field, Assert.Throws<DomainException>(() => Rules[field](value)).Field);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_port_outside_its_range_is_refused(int port) =>
        Assert.Equal("port", Assert.Throws<DomainException>(() => ServerRules.Port(port)).Field);

    [Fact]
    public void A_whole_project_is_checked_down_to_its_environments()
    {
        var good = new Project
        {
            Name = "worb",
            Database = new DatabaseSpec { Server = "storage", Name = "worb" },
            Environments = { ["production"] = new EnvironmentSpec { Server = "app", Domain = "worb.codeb.kr" } },
        };
        Assert.Same(good, ProjectRules.Check(good));

        FieldOf(good with { Name = "../x" }, "name");
        FieldOf(good with { Database = good.Database with { Server = "a;b" } }, "database.server");
        FieldOf(good with { Environments = [] }, "environments");
        FieldOf(good with { Environments = new() { ["production"] = new EnvironmentSpec { Server = "" } } }, "environments.server");
        FieldOf(good with { Container = new ContainerSettings { Port = -1 } }, "container.port");
    }

    [Fact]
    public void An_unknown_environment_is_not_found_and_the_known_ones_are_named()
    {
        var project = new Project { Name = "worb", Environments = { ["staging"] = new(), ["production"] = new() } };

        var error = Assert.Throws<DomainException>(() => project.EnvironmentOf("prod"));

        Assert.Equal(ErrorCode.NotFound, error.Code);
        Assert.EndsWith("it has production, staging", error.Message, StringComparison.Ordinal);
    }

    private static void FieldOf(Project project, string field) =>
        Assert.Equal(field, Assert.Throws<DomainException>(() => ProjectRules.Check(project)).Field);

    public static TheoryData<string, ContainerSettings> BadContainers => new()
    {
        { "container.port", new() { Port = 70000 } },
        { "container.memory_megabytes", new() { MemoryMegabytes = 8 } },
        { "container.stop_seconds", new() { StopSeconds = 601 } },
        { "container.cpus", new() { Cpus = 0.001 } },
        { "container.cpus", new() { Cpus = 1025 } },
        { "container.cpus", new() { Cpus = -1 } },
        { "container.cpus", new() { Cpus = double.NaN } },
        { "container.labels", new() { Labels = { ["codeb.slot"] = "blue" } } },
        { "container.labels", new() { Labels = { ["CodeB.slot"] = "blue" } } },
        { "container.labels", new() { Labels = { ["-x"] = "blue" } } },
        { "container.labels", new() { Labels = { ["a b"] = "blue" } } },
        { "container.labels", new() { Labels = { [""] = "blue" } } },
        { "container.labels", new() { Labels = { ["a"] = "two\nlines" } } },
        { "container.labels", new() { Labels = { ["a"] = new string('x', 1025) } } },
        { "container.labels", new() { Labels = Enumerable.Range(0, 51).ToDictionary(n => $"l{n}", _ => "") } },
        { "container.release_command", new() { ReleaseCommand = [""] } },
        { "container.release_command", new() { ReleaseCommand = ["--privileged"] } },
        { "container.release_command", new() { ReleaseCommand = ["[\"sh\"]"] } },
        { "container.release_command", new() { ReleaseCommand = ["a b"] } },
        { "container.release_command", new() { ReleaseCommand = ["a", "b\0"] } },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(BadContainers))]
    public void A_container_setting_that_breaks_its_rule_is_named(string field, ContainerSettings settings) =>
        Assert.Equal(field, Assert.Throws<DomainException>(() => ContainerRules.Check(settings)).Field);

    public static TheoryData<string, HealthSettings> BadHealth => new()
    {
        { "health.expected_status", new() { ExpectedStatus = 100 } },
        { "health.expected_status", new() { ExpectedStatus = 600 } },
        { "health.interval", new() { Interval = TimeSpan.FromMilliseconds(1) } },
        { "health.interval", new() { Interval = TimeSpan.FromMinutes(2) } },
        { "health.timeout", new() { Timeout = TimeSpan.FromMilliseconds(1) } },
        { "health.timeout", new() { Timeout = TimeSpan.FromHours(1) } },
        { "health.timeout", new() { Timeout = TimeSpan.FromSeconds(4), Interval = TimeSpan.FromSeconds(2), Successes = 3 } },
        { "health.successes", new() { Successes = 0 } },
        { "health.successes", new() { Successes = 101 } },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(BadHealth))]
    public void A_health_setting_that_breaks_its_rule_is_named(string field, HealthSettings settings) =>
        Assert.Equal(field, Assert.Throws<DomainException>(() => HealthRules.Check(settings)).Field);

    [Fact]
    public void Sensible_settings_are_taken_as_they_are()
    {
        var container = new ContainerSettings
        {
            Port = 3000,
            MemoryMegabytes = 512,
            Cpus = 0.01,
            StopSeconds = 0,
            Labels = { ["com.example/team"] = "shop" },
            ReleaseCommand = ["sh", "-c", "a\nb"],
        };
        var health = new HealthSettings { ExpectedStatus = 204, Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(3), Successes = 3 };

        Assert.Same(container, ContainerRules.Check(container));
        Assert.Same(health, HealthRules.Check(health));
    }
}
