using CodeB.Cli.Tests.Fakes;
using CodeB.V1;
using Grpc.Core;

namespace CodeB.Cli.Tests;

public sealed class DomainTests : CliTest
{
    private static readonly V1.Domain Www = new()
    {
        Name = "www.worb.kr",
        Project = "worb",
        Environment = "production",
        Server = "app",
        RedirectTo = "worb.kr",
    };

    [Fact]
    public async Task Add_sends_project_environment_name_and_redirect()
    {
        Fake.Answer<AddDomainRequest>(Www);
        Assert.Equal(0, await We("domain add worb www.worb.kr -e staging --redirect-to worb.kr"));
        Assert.Equal(
            new AddDomainRequest { Project = "worb", Environment = "staging", Name = "www.worb.kr", RedirectTo = "worb.kr" },
            Fake.Request<AddDomainRequest>());
        Assert.Contains("redirected to worb.kr", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_follow_yet_is_said_plainly()
    {
        var pending = Www.Clone();
        pending.Pending = "app: no answer";
        Fake.Answer<AddDomainRequest>(pending);
        Assert.Equal(0, await We("domain add worb www.worb.kr"));
        Assert.Contains("app does not follow yet", Output, StringComparison.Ordinal);
        Assert.Contains("app: no answer", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_is_passed_on_and_said()
    {
        Fake.Answer<RemoveDomainRequest>(new RemoveDomainResponse { Domain = Www });
        Assert.Equal(0, await We("domain remove www.worb.kr --dry-run"));
        Assert.True(Fake.Request<RemoveDomainRequest>().DryRun);
        Assert.Contains("nothing was changed", Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removing_a_primary_domain_is_refused_with_4()
    {
        Fake.Fail<RemoveDomainRequest>(StatusCode.FailedPrecondition, "worb.kr is the primary domain of worb/production");
        Assert.Equal(4, await We("domain remove worb.kr"));
        Assert.Contains("primary domain", Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_has_both_forms_and_takes_one_project()
    {
        Fake.Answer<ListDomainsRequest>(new ListDomainsResponse { Domains = { Www } });
        Assert.Equal(0, await We("domain list worb"));
        Assert.Equal("worb", Fake.Request<ListDomainsRequest>().Project);
        Assert.Matches("www.worb.kr +worb +production +app +worb.kr", Output);
    }

    [Fact]
    public async Task List_as_JSON_is_the_answer()
    {
        Fake.Answer<ListDomainsRequest>(new ListDomainsResponse { Domains = { Www } });
        Assert.Equal(0, await We("domain list --json"));
        Assert.Equal("worb.kr", Assert.Single(JsonLines()).GetProperty("domains")[0].GetProperty("redirect_to").GetString());
    }
}
