using CodeB.Server.Api;
using Grpc.Core;

namespace CodeB.Server.Tests.Api;

public sealed class CallerTests
{
    [Theory]
    [InlineData("kim", "kim")]
    [InlineData("kim@ci.example", "kim@ci.example")]
    [InlineData("a;rm -rf /", "arm-rf")]
    [InlineData("   ", "anonymous")]
    [InlineData("/;$", "anonymous")]
    public void A_callers_name_is_kept_to_what_may_stand_in_a_log(string given, string name) =>
        Assert.Equal(name, new TestCall([new Metadata.Entry(Caller.ActorHeader, given)]).Name());

    [Fact]
    public void A_caller_without_a_name_is_anonymous_and_a_long_name_is_cut()
    {
        Assert.Equal("anonymous", new TestCall().Name());
        Assert.Equal(64, new TestCall([new Metadata.Entry(Caller.ActorHeader, new string('a', 300))]).Name().Length);
    }
}
