using CodeB.Domain.Domains;
using CodeB.Domain.Errors;
using CodeB.Domain.Projects;

namespace CodeB.Domain.Tests;

public sealed class DomainBookTests
{
    private static readonly Project Worb = new()
    {
        Name = "worb",
        Environments = new()
        {
            ["production"] = new() { Server = "app", Domain = "worb.kr", Aliases = ["shop.kr"], Redirects = new() { ["www.worb.kr"] = "worb.kr" } },
            ["staging"] = new() { Server = "app" },
        },
    };

    private static readonly Project Other = new() { Name = "other", Environments = new() { ["production"] = new() { Server = "app", Domain = "other.kr" } } };

    private static readonly Project[] All = [Worb, Other];

    [Fact]
    public void A_further_name_is_served_beside_the_primary_one()
    {
        var after = DomainBook.Add(All, Worb, "production", "next.kr", "");

        Assert.Equal(["worb.kr", "shop.kr", "next.kr", "www.worb.kr"], DomainBook.List(after).Select(e => e.Name));
        Assert.Equal(["worb.kr"], DomainBook.List(after).Where(e => e.Primary).Select(e => e.Name));
    }

    [Fact]
    public void The_first_name_of_an_environment_is_its_primary_one()
    {
        var after = DomainBook.Add(All, Worb, "staging", "staging.worb.kr", "");

        Assert.Equal("staging.worb.kr", after.Environments["staging"].Domain);
        Assert.True(DomainBook.Find([after], "staging.worb.kr")!.Primary);
    }

    [Fact]
    public void A_redirect_leads_to_a_name_that_the_environment_serves()
    {
        var after = DomainBook.Add(All, Worb, "production", "www.shop.kr", "shop.kr");

        Assert.Equal("shop.kr", DomainBook.Find([after], "www.shop.kr")!.RedirectTo);
    }

    [Theory]
    [InlineData("other.kr")]
    [InlineData("www.worb.kr")]
    [InlineData("new.kr")]
    [InlineData("Not A Domain")]
    public void A_redirect_to_anything_else_is_refused(string target)
    {
        var refused = Assert.Throws<DomainException>(() => DomainBook.Add(All, Worb, "production", "new.kr", target));

        Assert.Equal((ErrorCode.InvalidArgument, "redirect_to"), (refused.Code, refused.Field));
    }

    [Theory]
    [InlineData("other.kr", "")]
    [InlineData("www.worb.kr", "")]
    [InlineData("shop.kr", "worb.kr")]
    [InlineData("worb.kr", "shop.kr")]
    public void A_name_that_is_taken_is_not_given_again_and_the_error_names_its_owner(string name, string redirectTo)
    {
        var refused = Assert.Throws<DomainException>(() => DomainBook.Add(All, Worb, "production", name, redirectTo));

        Assert.Equal(ErrorCode.AlreadyExists, refused.Code);
        Assert.Contains("/production", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("worb.kr", "")]
    [InlineData("shop.kr", "")]
    [InlineData("www.worb.kr", "worb.kr")]
    public void Adding_what_is_so_already_changes_nothing(string name, string redirectTo) =>
        Assert.Same(Worb, DomainBook.Add(All, Worb, "production", name, redirectTo));

    [Fact]
    public void What_is_removed_is_free_for_others()
    {
        var after = DomainBook.Remove(All, "shop.kr");

        var given = DomainBook.Add([after, Other], Other, "production", "shop.kr", "");
        Assert.Equal("other", DomainBook.Find([after, given], "shop.kr")!.Project);
    }

    [Theory]
    [InlineData("worb.kr", ErrorCode.FailedPrecondition, "primary")]
    [InlineData("unknown.kr", ErrorCode.NotFound, "we domain list")]
    [InlineData("", ErrorCode.InvalidArgument, "name")]
    public void What_cannot_be_removed_is_refused_with_the_reason(string name, ErrorCode code, string reason)
    {
        var refused = Assert.Throws<DomainException>(() => DomainBook.Remove(All, name));

        Assert.Equal(code, refused.Code);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_to_which_others_are_redirected_stays_until_they_are_gone()
    {
        var redirected = DomainBook.Add(All, Worb, "production", "www.shop.kr", "shop.kr");

        var refused = Assert.Throws<DomainException>(() => DomainBook.Remove([redirected, Other], "shop.kr"));

        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("www.shop.kr", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("shop.kr", DomainBook.Remove([DomainBook.Remove([redirected, Other], "www.shop.kr"), Other], "shop.kr").Environments["production"].Aliases);
    }

    [Fact]
    public void A_project_whose_environments_share_a_name_is_refused()
    {
        var twice = Other with { Environments = new(Other.Environments) { ["staging"] = new() { Domain = "other.kr" } } };

        Assert.Equal(ErrorCode.AlreadyExists, Assert.Throws<DomainException>(() => DomainBook.RefuseTaken([Worb], twice)).Code);
        DomainBook.RefuseTaken([Worb], Other);
    }
}
