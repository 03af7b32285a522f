using CodeB.Domain.Errors;
using CodeB.Grains.Abstractions.Env;

namespace CodeB.Grains.Tests;

public sealed class EnvGrainTests(SiloFixture silo)
{
    [Fact]
    public async Task Each_change_makes_a_version_and_no_change_makes_none()
    {
        var env = Env();

        await env.ChangeAsync(Set("KEY", "one"));
        var second = await env.ChangeAsync(Set("KEY", "two"));
        var same = await env.ChangeAsync(Set("KEY", "two"));

        Assert.Equal(2, second.Version);
        Assert.Equal(2, same.Version);
        Assert.Contains("KEY=two", (await env.GetAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_change_leaves_the_newest_version_as_it_is_and_its_error_shows_no_value()
    {
        var env = Env();
        await env.ChangeAsync(Set("KEY", "one"));

        var refused = await Assert.ThrowsAsync<DomainException>(() => env.ChangeAsync(Set("KEY", "geheim\nniss")));

        Assert.Equal(ErrorCode.InvalidArgument, refused.Code);
        Assert.DoesNotContain("geheim", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await env.GetAsync()).Version);
    }

    [Fact]
    public async Task What_is_printed_of_a_version_or_a_change_holds_no_value()
    {
        var env = Env();
        var change = Set("KEY", "geheimnis");

        var version = await env.ChangeAsync(change);

        Assert.DoesNotContain("geheimnis", $"{version} {change}", StringComparison.Ordinal);
    }

    private IEnvGrain Env() => silo.Grains.GetGrain<IEnvGrain>($"worb/{Guid.NewGuid():N}");

    private static EnvChange Set(string key, string value) => new() { Set = new() { [key] = value }, ChangedBy = "test" };
}
