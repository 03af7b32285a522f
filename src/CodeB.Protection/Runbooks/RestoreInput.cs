using CodeB.Domain.Backups;
using CodeB.Domain.Errors;
using CodeB.Domain.Slots;
using CodeB.Protection.Components;
using CodeB.Protection.DataPath;
using CodeB.Protection.Sets;

namespace CodeB.Protection.Runbooks;

/// <summary>A restore's input, kept as JSON in the operation. No secrets.</summary>
public sealed record RestoreInput
{
    public string Project { get; init; } = "";
    public string Environment { get; init; } = "";
    public string SetId { get; init; } = "";

    /// <summary>What to bring back; each must be in the set.</summary>
    public IReadOnlyList<string> Components { get; init; } = ComponentCatalog.Names;
    public string StorageServer { get; init; } = "storage";
    public string AppServer { get; init; } = "app";
    public string BackupServer { get; init; } = "backup";
    public ComponentSettings Settings { get; init; } = new();

    /// <summary>Data that was kept when it was replaced: a component with a place in it is taken from there, not from the set.</summary>
    public KeptData? Kept { get; init; }
}

/// <summary>A restore's input with its tools.</summary>
public sealed class RestoreContext
{
    public RestoreContext(RestoreInput input, SetRepository sets, IReadOnlyList<IBackupComponent> components, KeyRing? keys, TimeProvider clock)
    {
        Input = input;
        Set = Domain.Backups.SetId.Parse(input.SetId);
        Sets = sets;
        Components = components;
        Keys = keys;
        Clock = clock;
        Verifier = new SetVerifier(sets, keys, components);
    }

    public RestoreInput Input { get; }
    public SetId Set { get; }
    public SetRepository Sets { get; }
    public IReadOnlyList<IBackupComponent> Components { get; }
    public KeyRing? Keys { get; }
    public SetVerifier Verifier { get; }
    public TimeProvider Clock { get; }

    /// <summary>Those that are read from the set.</summary>
    public IReadOnlyList<IBackupComponent> FromSet => [.. Components.Where(c => Input.Kept?.Places.ContainsKey(c.Name) != true)];

    public IBackupComponent Component(string name) =>
        Components.FirstOrDefault(c => c.Name == name) ?? throw DomainException.Precondition($"the component {name} was not given to this run");
}
