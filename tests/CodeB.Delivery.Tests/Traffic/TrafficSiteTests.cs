using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;

namespace CodeB.Delivery.Tests.Traffic;

public sealed class TrafficSiteTests
{
    [Theory]
    [InlineData("")]
    [InlineData("http://a.test")]
    [InlineData("a b")]
    [InlineData("a.test\n")]
    [InlineData("../pairs/shop/production")]
    [InlineData("..")]
    [InlineData("*.test")]
    [InlineData("a/b")]
    [InlineData("A.test")]
    [InlineData("a.test.")]
    [InlineData("a.test:80")]
    [InlineData("-a.test")]
    public void What_is_no_host_name_never_becomes_a_path(string domain)
    {
        var served = Assert.Throws<DomainException>(() => Site([domain]));
        var redirected = Assert.Throws<DomainException>(() => Site(["a.test"], new() { [domain] = "a.test" }));
        var target = Assert.Throws<DomainException>(() => Site(["a.test"], new() { ["b.test"] = domain }));

        Assert.Equal((ErrorCode.InvalidArgument, "domains"), (served.Code, served.Field));
        Assert.All([redirected, target], error => Assert.Equal((ErrorCode.InvalidArgument, "redirects"), (error.Code, error.Field)));
    }

    [Fact]
    public void A_sites_own_server_reaches_it_over_http_under_its_primary_domain()
    {
        Assert.Equal("http://worb.example.com:8080/x", Site(["worb.example.com", "b.test"]).Url(new TrafficSettings { HttpPort = 8080 }, "/x"));
        Assert.Contains("has no domain", Assert.Throws<DomainException>(() => Site([]).Url(new TrafficSettings(), "/x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pairs_whose_joined_names_are_equal_have_gates_of_their_own()
    {
        var settings = new TrafficSettings();
        var one = new TrafficSite(ProjectName.Parse("a"), EnvironmentName.Parse("b-c"), 4000, 4001, ["a.test"]);
        var two = new TrafficSite(ProjectName.Parse("a-b"), EnvironmentName.Parse("c"), 4002, 4003, ["b.test"]);

        Assert.NotEqual(one.GateDirectory(settings), two.GateDirectory(settings));
    }

    private static TrafficSite Site(string[] domains, Dictionary<string, string>? redirects = null) =>
        new(ProjectName.Parse("worb"), EnvironmentName.Parse("production"), 4000, 4001, domains, redirects);
}
