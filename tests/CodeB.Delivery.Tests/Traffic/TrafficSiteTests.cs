using CodeB.Delivery.Traffic;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;

namespace CodeB.Delivery.Tests.Traffic;

public sealed class TrafficSiteTests
{
    [Theory]
    [InlineData("")]
    [InlineData("http://")]
    [InlineData("a b")]
    [InlineData("a.test {")]
    [InlineData("a.test\n}")]
    [InlineData("a.test\n")]
    [InlineData("ftp://a.test")]
    [InlineData("a.test/path")]
    [InlineData("{env.SECRET}")]
    [InlineData("a.test:x")]
    [InlineData("-a.test")]
    public void An_address_that_could_change_Caddys_configuration_is_refused(string address)
    {
        var error = Assert.Throws<DomainException>(() => Site(address));

        Assert.Equal((ErrorCode.InvalidArgument, "addresses"), (error.Code, error.Field));
    }

    [Theory]
    [InlineData("worb.example.com", "https://worb.example.com:443/x")]
    [InlineData("http://worb.example.com", "http://worb.example.com:80/x")]
    [InlineData("http://worb.example.com:8080", "http://worb.example.com:8080/x")]
    [InlineData("*.worb.example.com", "https://any.worb.example.com:443/x")]
    [InlineData(":8080", "http://localhost:8080/x")]
    public void A_sites_own_server_reaches_it_under_its_address(string address, string url)
    {
        Assert.Equal(url, Site(address).Url(new TrafficSettings(), "/x"));
    }

    [Fact]
    public void Pairs_whose_joined_names_are_equal_have_gates_of_their_own()
    {
        var settings = new TrafficSettings();
        var one = new TrafficSite(ProjectName.Parse("a"), EnvironmentName.Parse("b-c"), 4000, 4001, ["a.test"]);
        var two = new TrafficSite(ProjectName.Parse("a-b"), EnvironmentName.Parse("c"), 4002, 4003, ["b.test"]);

        Assert.NotEqual(one.GateDirectory(settings), two.GateDirectory(settings));
        Assert.NotEqual(SiteFile.Owner(one), SiteFile.Owner(two));
    }

    private static TrafficSite Site(string address) =>
        new(ProjectName.Parse("worb"), EnvironmentName.Parse("production"), 4000, 4001, [address]);
}
