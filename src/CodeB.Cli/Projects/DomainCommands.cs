using System.CommandLine;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Projects;

/// <summary><c>we domain</c>: the names under which environments are served.</summary>
internal static class DomainCommands
{
    public static WeCommand Create(CommandRunner runner)
    {
        var group = new WeCommand("domain", "the names under which environments are served");
        group.Subcommands.Add(Add(runner));
        group.Subcommands.Add(Remove(runner));
        group.Subcommands.Add(List(runner));
        return group;
    }

    private static WeCommand Add(CommandRunner runner)
    {
        var (project, name, environment, dryRun) = (Inputs.Project(), Name(), Inputs.Environment(), DryRun());
        var redirect = new Option<string?>("--redirect-to") { Description = "send visitors to this domain of the environment instead of serving them", HelpName = "DOMAIN" };
        var command = new WeCommand(
            "add",
            "serve an environment under a further name, or redirect that name",
            "we domain add worb shop.example.com",
            "we domain add worb www.worb.example.com --redirect-to worb.example.com",
            "we domain add worb next.example.com -e staging --dry-run")
        {
            project, name, environment, redirect, dryRun,
        };
        return runner.Handle(command, async we =>
        {
            var request = new AddDomainRequest
            {
                Project = we.Get(project),
                Environment = we.Get(environment),
                Name = we.Get(name),
                RedirectTo = we.Get(redirect) ?? "",
                DryRun = we.Get(dryRun),
            };
            var domain = await Client(we).AddDomainAsync(request, we.Call);
            return we.Show(domain, () =>
            {
                var what = domain.RedirectTo.Length > 0 ? $"redirected to {domain.RedirectTo}" : domain.Primary ? "its primary domain" : "a domain";
                we.Line(request.DryRun
                    ? $"{domain.Name} would be {what} of {domain.Project}/{domain.Environment} on {domain.Server}; nothing was changed"
                    : $"{domain.Name} is {what} of {domain.Project}/{domain.Environment} on {domain.Server}");
                WritePending(we, domain);
            });
        });
    }

    private static WeCommand Remove(CommandRunner runner)
    {
        var (name, dryRun) = (Name(), DryRun());
        var command = new WeCommand("remove", "take a name away; a primary domain goes only with its environment", "we domain remove shop.example.com")
        {
            name, dryRun,
        };
        return runner.Handle(command, async we =>
        {
            var request = new RemoveDomainRequest { Name = we.Get(name), DryRun = we.Get(dryRun) };
            var answer = await Client(we).RemoveDomainAsync(request, we.Call);
            return we.Show(answer, () =>
            {
                var of = $"{answer.Domain?.Project}/{answer.Domain?.Environment}";
                we.Line(request.DryRun ? $"{request.Name} would be taken from {of}; nothing was changed" : $"{request.Name} is no longer a domain of {of}");
                if (answer.Domain is { } domain)
                    WritePending(we, domain);
            });
        });
    }

    private static WeCommand List(CommandRunner runner)
    {
        var project = new Argument<string?>("PROJECT") { Description = "only this project's", Arity = ArgumentArity.ZeroOrOne };
        return runner.Handle(new WeCommand("list", "all domains, and whose they are", "we domain list", "we domain list worb") { project }, async we =>
        {
            var answer = await Client(we).ListDomainsAsync(new ListDomainsRequest { Project = we.Get(project) ?? "" }, we.Call);
            return we.Show(answer, () =>
            {
                if (answer.Domains.Count == 0)
                {
                    we.Line("no domains yet; `we domain add --help` shows how to give one");
                    return;
                }

                var columns = new Columns("DOMAIN", "PROJECT", "ENVIRONMENT", "SERVER", "REDIRECTED TO", "PRIMARY");
                foreach (var domain in answer.Domains)
                    columns.Add(domain.Name, domain.Project, domain.Environment, domain.Server, domain.RedirectTo, domain.Primary ? "yes" : "");
                columns.WriteTo(we.Terminal);
            });
        });
    }

    private static void WritePending(Invocation we, V1.Domain domain)
    {
        if (domain.Pending.Length > 0)
            we.Line($"it is recorded, but {domain.Server} does not follow yet, and CodeB goes on trying: {domain.Pending}");
    }

    private static Argument<string> Name() => new("DOMAIN") { Description = "host name, such as shop.example.com" };

    private static Option<bool> DryRun() => new("--dry-run") { Description = "check everything and change nothing" };

    private static DomainService.DomainServiceClient Client(Invocation we) => new(we.Channel);
}
