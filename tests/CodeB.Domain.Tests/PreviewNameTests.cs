using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Ports;
using CodeB.Domain.Previews;
using CodeB.Domain.Projects;
using FsCheck;
using FsCheck.Fluent;

namespace CodeB.Domain.Tests;

public sealed class PreviewNameTests
{
    private static readonly char[] Letters = "abzAZ019-/_.#@é".ToCharArray();

    private static readonly Arbitrary<string> Branches = Gen.Elements(Letters).NonEmptyListOf()
        .Where(letters => letters.Count <= 200)
        .Select(letters => string.Concat(letters)).ToArbitrary();

    [Fact]
    public void Every_branch_has_a_name_that_an_environment_can_have_and_it_is_always_the_same() =>
        Prop.ForAll(Branches, branch =>
        {
            var name = PreviewName.Of(branch).Value;
            return EnvironmentName.Parse(name).Value == name && name == PreviewName.Of(branch).Value && PortRange.For(name) == PortRange.Preview;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Two_branches_never_share_a_name_even_if_one_is_called_like_the_others() =>
        Prop.ForAll(Branches, Branches, (one, two) =>
            (one == two) == (PreviewName.Of(one) == PreviewName.Of(two))
            && (PreviewName.Of(one).Value == one || PreviewName.Of(PreviewName.Of(one).Value) != PreviewName.Of(one)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Theory]
    [InlineData("fix-login")]
    [InlineData("pr-42")]
    [InlineData("main")]
    public void A_branch_that_is_a_name_already_keeps_it(string branch) => Assert.Equal(branch, PreviewName.Of(branch).Value);

    [Theory]
    [InlineData("feature/login", "feature-login-")]
    [InlineData("Feature-Login", "feature-login-")]
    [InlineData("42-answers", "b-42-answers-")]
    [InlineData("production", "production-")]
    [InlineData("staging", "staging-")]
    [InlineData("///", "branch-")]
    [InlineData("dependabot/npm_and_yarn/some-very-long-package-name-1.2.3", "dependabot-npm-and-yarn-some-ve-")]
    public void Any_other_branch_is_told_apart_by_a_hash(string branch, string start)
    {
        var name = PreviewName.Of(branch).Value;

        Assert.StartsWith(start, name, StringComparison.Ordinal);
        Assert.Equal(start.Length + 8, name.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("a:b")]
    public void What_is_no_branch_is_refused(string branch) =>
        Assert.Equal("branch", Assert.Throws<DomainException>(() => PreviewName.Of(branch)).Field);

    [Fact]
    public void A_previews_domain_is_a_label_before_productions()
    {
        var project = new Project
        {
            Name = "worb",
            Environments = new() { ["production"] = new() { Domain = "worb.kr" }, ["staging"] = new() { Server = "two", Domain = "next.kr" } },
        };

        Assert.Equal("pr-42.worb.kr", PreviewRules.DomainOf(project, "pr-42"));
        Assert.Equal("two", PreviewRules.ServerOf(project));
    }

    [Fact]
    public void Without_a_domain_in_the_project_one_must_be_given()
    {
        var project = new Project { Name = "worb", Environments = new() { ["production"] = new() } };

        var refused = Assert.Throws<DomainException>(() => PreviewRules.DomainOf(project, "pr-42"));

        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("--domain", refused.Message, StringComparison.Ordinal);
    }
}
