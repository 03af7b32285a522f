using System.CommandLine;
using System.Globalization;
using CodeB.Cli.Core;
using CodeB.V1;

namespace CodeB.Cli.Projects;

/// <summary><c>we project</c>: what CodeB deploys and protects.</summary>
internal static class ProjectCommands
{
    public static WeCommand Create(CommandRunner runner)
    {
        var group = new WeCommand("project", "what CodeB deploys and protects");
        group.Subcommands.Add(CreateProject(runner));
        group.Subcommands.Add(Set(runner));
        group.Subcommands.Add(List(runner));
        group.Subcommands.Add(Show(runner));
        group.Subcommands.Add(Remove(runner));
        return group;
    }

    private static WeCommand CreateProject(CommandRunner runner)
    {
        var name = Inputs.Project();
        var environments = new Option<string[]>("--environment", "-e")
        {
            Description = "an environment, its server and its domain (repeatable); its ports are allotted",
            HelpName = "NAME:SERVER[:DOMAIN]",
            Required = true,
        };
        var database = new Option<string?>("--database") { Description = "its PostgreSQL database", HelpName = "NAME@SERVER" };
        var redis = new Option<string?>("--redis") { Description = "the server of its Redis", HelpName = "SERVER" };
        var backup = new Option<string?>("--backup-server")
        {
            Description = "the server that keeps its backup sets (default: the only one with the role backup)",
            HelpName = "SERVER",
        };
        var settings = new ProjectOptions();
        var protection = new ProtectionOptions();
        var command = new WeCommand(
            "create",
            "register a project with its environments",
            "we project create worb --environment production:app:worb.example.com --environment staging:app --database worb@storage --redis storage",
            "we project create worb --environment production:app --image-repository ghcr.io/team/worb --memory 512m --release-command '/app/migrate --all'")
        {
            name, environments, database, redis, backup,
        };
        settings.AddTo(command);
        protection.AddTo(command);
        return runner.Handle(command, async we =>
        {
            var request = new CreateProjectRequest
            {
                Name = we.Get(name),
                Database = we.Get(database) is { } given ? ProjectInput.Database(given) : null,
                Redis = we.Get(redis) is { } server ? new Redis { Server = server } : null,
                BackupServer = we.Get(backup) ?? "",
                ImageRepository = we.Get(settings.ImageRepository) ?? "",
                Container = settings.Container(we, new ContainerSettings()),
                Health = settings.Health(we, new HealthSettings()),
                Config = protection.Config(we, null),
            };
            request.Environments.AddRange(we.Get(environments).Select(ProjectInput.Environment));
            var project = await Client(we).CreateProjectAsync(request, we.Call);
            return we.Show(project, () =>
            {
                we.Line($"{project.Name} is registered");
                Write(we.Terminal, project);
            });
        });
    }

    private static WeCommand Set(CommandRunner runner)
    {
        var name = Inputs.Project();
        var settings = new ProjectOptions();
        var protection = new ProtectionOptions();
        var command = new WeCommand(
            "set",
            "change how the next deploys start and check its containers, and what its backups hold; what runs is not touched",
            "we project set worb --memory 1g --cpus 1.5",
            "we project set worb --health-path /ready --health-timeout 2m",
            "we project set worb --release-command ''",
            "we project set worb --config-path /etc/containers --config-path '?/opt/worb/compose.yml'")
        {
            name,
        };
        settings.AddTo(command);
        protection.AddTo(command);
        return runner.Handle(command, async we =>
        {
            var client = Client(we);
            var project = await client.GetProjectAsync(new GetProjectRequest { Name = we.Get(name) }, we.Call);
            var request = new UpdateProjectRequest
            {
                Name = project.Name,
                Container = settings.Container(we, project.Container ?? new ContainerSettings()),
                Health = settings.Health(we, project.Health ?? new HealthSettings()),
                Config = protection.Config(we, project.Config),
            };
            if (we.Get(settings.ImageRepository) is { } repository)
                request.ImageRepository = repository;
            if (request is { Container: null, Health: null, HasImageRepository: false, Config: null })
                throw CommandException.Usage("nothing is given to change", $"`{we.CommandPath} --help` shows what can be");
            var changed = await client.UpdateProjectAsync(request, we.Call);
            return we.Show(changed, () =>
            {
                we.Line($"{changed.Name} is changed; its next deploys and backups take it up");
                Write(we.Terminal, changed);
            });
        });
    }

    private static WeCommand List(CommandRunner runner) => runner.Handle(new WeCommand("list", "all projects"), async we =>
    {
        var answer = await Client(we).ListProjectsAsync(new ListProjectsRequest(), we.Call);
        return we.Show(answer, () =>
        {
            if (answer.Projects.Count == 0)
            {
                we.Line("no projects yet; `we project create --help` shows how to register one");
                return;
            }

            var columns = new Columns("PROJECT", "ENVIRONMENTS", "DATABASE", "REDIS", "BACKUPS ON");
            foreach (var project in answer.Projects)
            {
                columns.Add(
                    project.Name,
                    string.Join(", ", project.Environments.Select(environment => environment.Name)),
                    DatabaseText(project),
                    project.Redis?.Server ?? "",
                    project.BackupServer);
            }

            columns.WriteTo(we.Terminal);
        });
    });

    private static WeCommand Show(CommandRunner runner)
    {
        var name = Inputs.Project();
        return runner.Handle(new WeCommand("show", "one project with its servers, ports and domains") { name }, async we =>
        {
            var project = await Client(we).GetProjectAsync(new GetProjectRequest { Name = we.Get(name) }, we.Call);
            return we.Show(project, () => Write(we.Terminal, project));
        });
    }

    private static WeCommand Remove(CommandRunner runner)
    {
        var name = Inputs.Project();
        return runner.Handle(new WeCommand("remove", "forget a project whose slots are all empty; its backup sets stay") { name }, async we =>
        {
            var answer = await Client(we).RemoveProjectAsync(new GetProjectRequest { Name = we.Get(name) }, we.Call);
            return we.Show(answer, () => we.Line($"{we.Get(name)} is no longer registered; its backup sets stay where they are"));
        });
    }

    private static void Write(Terminal terminal, Project project)
    {
        Columns.WritePairs(
            terminal,
            ("project", project.Name),
            ("database", DatabaseText(project)),
            ("redis", project.Redis?.Server ?? ""),
            ("backups on", project.BackupServer),
            ("image", project.ImageRepository),
            ("container", ProjectText.Container(project)),
            ("labels", ProjectText.Labels(project)),
            ("release command", ProjectText.ReleaseCommand(project)),
            ("health", ProjectText.Health(project)),
            ("configuration", ProtectionOptions.Text(project.Config)),
            ("created", Units.Instant(project.CreatedAt)));
        var columns = new Columns("ENVIRONMENT", "SERVER", "BLUE", "GREEN", "DOMAIN");
        foreach (var environment in project.Environments)
            columns.Add(environment.Name, environment.Server, Port(environment.BluePort), Port(environment.GreenPort), environment.Domain);
        columns.WriteTo(terminal);
    }

    private static string DatabaseText(Project project) => project.Database is { } database ? $"{database.Name}@{database.Server}" : "";

    private static string Port(int port) => port == 0 ? "" : port.ToString(CultureInfo.InvariantCulture);

    private static ProjectService.ProjectServiceClient Client(Invocation we) => new(we.Channel);
}
