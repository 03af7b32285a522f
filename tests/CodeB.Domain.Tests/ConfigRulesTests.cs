using CodeB.Domain.Errors;
using CodeB.Domain.Projects;

namespace CodeB.Domain.Tests;

public sealed class ConfigRulesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("etc/containers")]
    [InlineData("/etc/../root")]
    [InlineData("/etc//x")]
    [InlineData("/etc/containers/")]
    [InlineData("/etc/con\ntainers")]
    [InlineData("/")]
    [InlineData("/etc")]
    [InlineData("/proc/1/environ")]
    [InlineData("/opt/codeb/backups/worb")]
    public void A_path_that_is_not_absolute_and_normal_or_is_the_systems_own_is_refused(string path) =>
        Assert.Equal("config.paths", Assert.Throws<DomainException>(() => Check(path)).Field);

    [Theory]
    [InlineData("/etc/containers", "/etc/containers")]
    [InlineData("/etc/containers", "/etc/containers/systemd/worb.container")]
    public void Paths_that_overlap_are_refused(string one, string other) =>
        Assert.Contains("keep one of them", Assert.Throws<DomainException>(() => Check(one, other)).Message, StringComparison.Ordinal);

    [Fact]
    public void Paths_that_begin_alike_do_not_overlap()
    {
        var config = new ConfigSpec { Paths = [.. new[] { "/etc/caddy", "/etc/caddy.d", "/opt/worb/a b.yml" }.Select(p => new ConfigPath { Path = p })] };

        Assert.Same(config, ConfigRules.Check(config));
    }

    private static ConfigSpec Check(params string[] paths) =>
        ConfigRules.Check(new ConfigSpec { Paths = [.. paths.Select(p => new ConfigPath { Path = p })] });
}
