using CodeB.Domain.Errors;
using CodeB.Domain.Secrets;
using CodeB.Hosts.Sessions;
using CodeB.Protection.Config;
using CodeB.Protection.Env;
using CodeB.Protection.Postgres;
using CodeB.Protection.Redis;

namespace CodeB.Protection.Components;

/// <summary>Where a project's data lives, from which its components are made.</summary>
public sealed record ComponentPlaces
{
    /// <summary>The server with PostgreSQL and Redis.</summary>
    public required IHostSession Storage { get; init; }

    /// <summary>The server with the ENV file.</summary>
    public required IHostSession App { get; init; }

    public required ComponentSettings Settings { get; init; }

    /// <summary>The server with the project's configuration; null: <see cref="App"/>.</summary>
    public IHostSession? Config { get; init; }

    /// <summary>Takes the values of the project's ENV out of what people see.</summary>
    public Redaction Secrets { get; init; } = Redaction.None;

    /// <summary>Redis' password, null when it has none. Not part of the settings, which are kept in journals.</summary>
    public string? RedisPassword { get; init; }

    /// <summary>Gives the ENV file's content from CodeB's own state; null reads the file on the server.</summary>
    public Func<CancellationToken, Task<byte[]>>? EnvContent { get; init; }

    /// <summary>Told the restored ENV file's content before the old one is dropped, to bring CodeB's own state in line.</summary>
    public Func<byte[], CancellationToken, Task>? EnvRestored { get; init; }
}

/// <summary>The components' settings. No secrets: they are part of an operation's input, which is kept.</summary>
public sealed record ComponentSettings
{
    public PostgresSettings Postgres { get; init; } = new();
    public RedisSettings Redis { get; init; } = new();
    public EnvSettings Env { get; init; } = new();
    public ConfigSettings Config { get; init; } = new();
}

/// <summary>The components there are. A new one is a line here.</summary>
public static class ComponentCatalog
{
    private static readonly (string Name, Func<ComponentPlaces, IBackupComponent> Create)[] Registered =
    [
        (PostgresComponent.ComponentName, p => new PostgresComponent(p.Storage, p.Settings.Postgres)),
        (RedisComponent.ComponentName, p => new RedisComponent(p.Storage, p.Settings.Redis, p.RedisPassword)),
        (EnvComponent.ComponentName, p => new EnvComponent(p.App, p.Settings.Env, p.EnvContent, p.EnvRestored)),
        (ConfigComponent.ComponentName, p => new ConfigComponent(p.Config ?? p.App, p.Settings.Config, p.Secrets)),
    ];

    /// <summary>All names, in the order in which a set reads them and a restore switches them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Registered.Select(r => r.Name)];

    /// <summary>The names in the catalog's order, without doubles; all for none.</summary>
    /// <exception cref="DomainException">InvalidArgument: a name that no component has.</exception>
    public static IReadOnlyList<string> Check(IReadOnlyCollection<string> names, string field = "components")
    {
        var unknown = names.FirstOrDefault(n => !Names.Contains(n));
        if (unknown is not null)
            throw DomainException.Invalid(field, $"there is no such component; there are {string.Join(", ", Names)}");
        return names.Count == 0 ? Names : [.. Names.Where(names.Contains)];
    }

    public static IReadOnlyList<IBackupComponent> Create(IReadOnlyCollection<string> names, ComponentPlaces places) =>
        [.. Check(names).Select(name => Registered.First(r => r.Name == name).Create(places))];
}
