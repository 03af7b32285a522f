using CodeB.Delivery.EnvFiles;
using CodeB.Delivery.Slots;
using CodeB.Domain.Env;
using CodeB.Domain.Errors;
using CodeB.Domain.Naming;
using CodeB.Domain.Projects;
using CodeB.Grains.Abstractions.Env;
using CodeB.Grains.Abstractions.Slots;
using CodeB.Grains.Servers;
using CodeB.Grains.Slots;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Components;
using CodeB.Protection.Config;
using CodeB.Protection.Env;
using CodeB.Protection.Postgres;
using CodeB.Protection.Redis;
using CodeB.Protection.Sets;

namespace CodeB.Grains.Backups;

/// <summary>Where one environment's data lies, from the registry and the grains that know.</summary>
public sealed class ProjectData(IGrainFactory grains, Fleet fleet, DeliveryRunbooks deliveries)
{
    /// <summary>The variable in which an application finds its Redis, with its password where there is one.</summary>
    private const string RedisUrl = "REDIS_URL";

    /// <summary>The repository with the project's sets.</summary>
    public async Task<SetRepository> SetsAsync(Project project) => new(await fleet.SessionAsync(project.BackupServer));

    /// <summary>The asked components in order, or all that the project has; one that it does not have is refused.</summary>
    public static IReadOnlyList<string> ComponentsOf(Project project, IReadOnlyCollection<string> asked)
    {
        List<string> has = [EnvComponent.ComponentName];
        if (project.Database is not null)
            has.Add(PostgresComponent.ComponentName);
        if (project.Redis is not null)
            has.Add(RedisComponent.ComponentName);
        if (project.Config is not null)
            has.Add(ConfigComponent.ComponentName);
        var wanted = ComponentCatalog.Check(asked.Count == 0 ? has : asked);
        var missing = wanted.FirstOrDefault(name => !has.Contains(name));
        return missing is null
            ? wanted
            : throw DomainException.Invalid("components", $"project {project.Name} has no {missing}; it has {string.Join(", ", has.Order(StringComparer.Ordinal))}");
    }

    /// <summary>Without secrets: kept in the operation's input.</summary>
    public async Task<ComponentSettings> SettingsAsync(Project project, string environment)
    {
        var pair = (await grains.GetGrain<ISlotPairGrain>($"{project.Name}/{environment}").GetAsync()).Pair;
        var slot = pair.ActiveSlot ?? Domain.Slots.SlotMachine.Idle(pair);
        var place = new SlotPlace(ProjectName.Parse(project.Name), EnvironmentName.Parse(environment), slot, pair[slot].Port);
        return new ComponentSettings
        {
            Postgres = new PostgresSettings { Database = project.Database?.Name ?? "" },
            Env = new EnvSettings { Path = place.EnvFile(deliveries.Settings) },
            Config = new ConfigSettings
            {
                Paths = [.. project.Config?.Paths.Select(p => p.Path) ?? []],
                Optional = [.. project.Config?.Paths.Where(p => p.Optional).Select(p => p.Path) ?? []],
            },
        };
    }

    public async Task<IReadOnlyList<IBackupComponent>> ComponentsAsync(
        Project project, string environment, IReadOnlyList<string> names, ComponentSettings settings, string actor) =>
        ComponentCatalog.Create(names, await PlacesAsync(project, environment, settings, actor));

    /// <summary>Components that only read artifacts: nothing live is touched through them.</summary>
    public async Task<ComponentPlaces> PlacesForReadingAsync(Project project, string environment)
    {
        var app = project.Environments.TryGetValue(environment, out var known) ? known.Server : project.BackupServer;
        var session = await fleet.SessionAsync(app);
        return new ComponentPlaces
        {
            Storage = await StorageAsync(project) ?? session,
            App = session,
            Settings = new ComponentSettings { Postgres = new PostgresSettings { Database = project.Database?.Name ?? "" } },
        };
    }

    private async Task<ComponentPlaces> PlacesAsync(Project project, string environment, ComponentSettings settings, string actor)
    {
        var env = grains.GetGrain<IEnvGrain>($"{project.Name}/{environment}");
        var app = await fleet.SessionAsync(project.EnvironmentOf(environment).Server);
        var storage = await StorageAsync(project) ?? app;
        var variables = DotEnv.Parse((await env.GetAsync()).Text);
        return new ComponentPlaces
        {
            Storage = storage,
            App = app,
            Settings = settings,
            Config = project.Config is { Server.Length: > 0 } config ? await fleet.SessionAsync(config.Server) : null,
            Secrets = variables.ToRedaction(),
            RedisPassword = PasswordOf(variables.Find(RedisUrl)),
            EnvContent = async _ => EnvFile.Render(DotEnv.Parse((await env.GetAsync()).Text).Variables.ToDictionary()),
            EnvRestored = async (file, _) => await env.ChangeAsync(new EnvChange
            {
                ReplaceWith = DotEnv.Empty.Change(EnvFile.Parse(file), []).ToText(),
                ChangedBy = actor,
            }),
        };
    }

    private async Task<IHostSession?> StorageAsync(Project project) => (project.Database?.Server ?? project.Redis?.Server) switch
    {
        { } server => await fleet.SessionAsync(server),
        null => null,
    };

    private static string? PasswordOf(string? url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.UserInfo.Length == 0)
            return null;
        var colon = parsed.UserInfo.IndexOf(':');
        return Uri.UnescapeDataString(parsed.UserInfo[(colon + 1)..]);
    }
}
